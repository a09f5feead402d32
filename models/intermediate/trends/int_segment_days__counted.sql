{#- What the customers of each segment of today did on a day. Whoever stays away is lost
    on the day on which the silence is churn_after_days long; who comes back is known.
    Nobody is placed before the latest date: segment 0 are those without one. -#}
{{ config(materialized='table') }}
{%- set after = var('churn_after_days') -%}
with

spaced as (

    select
        customer_id,
        activity_date,
        session_count,
        order_count,
        sold_amount,
        revenue,
        lag(activity_date) over (
            partition by customer_id order by activity_date
        ) as previous_date,
        lead(activity_date) over (
            partition by customer_id order by activity_date
        ) as next_date
    from {{ ref('customer_days') }}

),

placed as (

    select
        spaced.*,
        coalesce(scored.segment_id, 0) as segment_id,
        {{ days_after('spaced.activity_date', after) }} as lost_date
    from spaced
    left join {{ ref('customer_segments') }} as scored
        on spaced.customer_id = scored.customer_id

),

happened as (

    select
        segment_id,
        activity_date as calendar_date,
        count(*) as active_count,
        sum(case when order_count > 0 then 1 else 0 end) as ordering_count,
        sum(session_count) as session_count,
        sum(order_count) as order_count,
        sum(sold_amount) as sold_amount,
        sum(revenue) as revenue,
        sum(case when previous_date is null then 1 else 0 end) as new_count,
        0 as churned_count
    from placed
    group by 1, 2

    union all

    select
        segment_id,
        lost_date as calendar_date,
        0 as active_count,
        0 as ordering_count,
        0 as session_count,
        0 as order_count,
        0 as sold_amount,
        0 as revenue,
        0 as new_count,
        count(*) as churned_count
    from placed
    where next_date is null or next_date > lost_date
    group by 1, 2

)

select
    segment_id,
    calendar_date,
    {%- for count in ['active_count', 'ordering_count', 'session_count', 'order_count',
        'sold_amount', 'revenue', 'new_count', 'churned_count'] %}
    sum({{ count }}) as {{ count }}{% if not loop.last %},{% endif %}
    {%- endfor %}
from happened
group by 1, 2
