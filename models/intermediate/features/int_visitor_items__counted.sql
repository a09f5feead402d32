{#- What was looked at, put into the cart, used or rated, per visitor and day: the one
    pass over the events that breadth and feedback make, over the days touched only. -#}
{{ config(
    materialized='incremental',
    incremental_strategy='append',
    pre_hook="{{ forget_touched_days() }}",
) }}
-- depends_on: {{ ref('int_visitor_days__touched') }}
with

events as (

    select
        *,
        case
            when event_type = 'feature_use' then 'feature'
            when event_type = 'feedback' then 'feedback'
            else 'category'
        end as item_kind,
        case
            when event_type = 'feature_use' then feature_name
            when event_type != 'feedback' then category
        end as item
    from {{ ref('int_events__accepted') }}
    where
        event_type in ('product_view', 'add_to_cart', 'feature_use', 'feedback')
    {%- if is_incremental() and not touches_everything() %}
        and {{ is_on_touched_day() }}
    {%- endif %}

),

counted as (

    select
        visitor_id,
        user_key,
        item_kind,
        item,
        count(*) as item_count,
        sum(case when item_kind = 'feedback' then quantity end) as score_sum,
        sum(case when item_kind = 'feedback' and quantity is not null then 1 else 0 end)
            as score_count,
        activity_date,
        {{ local_date('occurred_at') }} as local_activity_date,
        min(case when event_type = 'product_view' then occurred_at end)
            as first_viewed_at,
        max(occurred_at) as last_seen_at
    from events
    group by
        visitor_id, user_key, item_kind, item, activity_date,
        {{ local_date('occurred_at') }}

)

select * from counted
