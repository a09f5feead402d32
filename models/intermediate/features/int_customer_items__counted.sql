{#- What each customer looked at, bought, used or rated, per day. What nobody was logged
    in for belongs to whom the visitor's day does, else to whom the visitor does. -#}
{{ config(materialized='table') }}
with

known_users as (

    select
        visitor_id,
        activity_date,
        {{ value_at_latest('user_key', 'ended_at') }} as user_key
    from {{ ref('int_session_days__measured') }}
    group by 1, 2

),

components as (

    select * from {{ ref('int_identity__components') }}

),

seen as (

    select
        coalesce(users.customer_id, visitors.customer_id) as customer_id,
        items.local_activity_date as activity_date,
        items.item_kind,
        items.item,
        items.item_count,
        0 as bought_count,
        items.score_sum,
        items.score_count,
        items.first_viewed_at
    from {{ ref('int_visitor_items__counted') }} as items
    left join known_users
        on items.visitor_id = known_users.visitor_id
        and items.local_activity_date = known_users.activity_date
    left join components as users
        on coalesce(items.user_key, known_users.user_key) = users.pseudonym
    left join {{ ref('int_visitors__held') }} as visitors
        on {{ is_held_at('visitors', 'items.visitor_id', 'items.last_seen_at') }}

),

bought as (

    select
        customer_id,
        {{ local_date('ordered_at') }} as activity_date,
        'category' as item_kind,
        category as item,
        1 as item_count,
        1 as bought_count,
        cast(null as decimal(18, 4)) as score_sum,
        0 as score_count,
        cast(null as timestamp) as first_viewed_at
    from {{ ref('order_lines') }}
    where customer_id is not null and quantity > 0 and not is_cancelled

),

unioned as (

    select * from seen
    union all
    select * from bought

),

counted as (

    select
        customer_id,
        activity_date,
        item_kind,
        item,
        cast(sum(item_count) as bigint) as item_count,
        cast(sum(bought_count) as bigint) as bought_count,
        cast(coalesce(sum(score_sum), 0) as decimal(18, 4)) as score_sum,
        cast(sum(score_count) as bigint) as score_count,
        min(first_viewed_at) as first_viewed_at
    from unioned
    group by 1, 2, 3, 4

)

select * from counted
