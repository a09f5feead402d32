{#- Who was active in a week is not the sum of its days; nobody is counted twice. -#}
{{ config(materialized='table') }}
with

customer_weeks as (

    select
        customer_id,
        {{ week_start('activity_date') }} as calendar_date,
        max(case when order_count > 0 then 1 else 0 end) as has_ordered
    from {{ ref('customer_days') }}
    group by 1, 2

)

select
    coalesce(scored.segment_id, 0) as segment_id,
    weeks.calendar_date,
    count(*) as active_count,
    sum(weeks.has_ordered) as ordering_count
from customer_weeks as weeks
left join {{ ref('customer_segments') }} as scored
    on weeks.customer_id = scored.customer_id
group by 1, 2
