{#- Every name that the rules can give has a row at every date, also where nobody bears
    it: charts over time have no gaps. -#}
with

names as (

    select
        rfm_segment,
        min(priority) as priority
    from {{ ref('rfm_segment_rules') }}
    group by 1
    union all
    select distinct
        rfm_segment,
        priority
    from {{ ref('int_rfm_scores__named') }}
    where priority is null

),

counted as (

    select
        as_of_date,
        rfm_segment,
        count(*) as customer_count,
        sum(order_count) as order_count,
        sum(revenue) as revenue,
        {{ median_of('recency_days') }} as typical_recency_days,
        {{ median_of('order_count') }} as typical_order_count,
        {{ median_of('cast(revenue as double precision)') }} as typical_revenue
    from {{ ref('rfm_scores') }}
    group by 1, 2

),

filled as (

    select
        as_of.as_of_date,
        names.rfm_segment,
        names.priority,
        coalesce(counted.customer_count, 0) as customer_count,
        coalesce(counted.order_count, 0) as order_count,
        coalesce(counted.revenue, 0) as revenue,
        counted.typical_recency_days,
        counted.typical_order_count,
        counted.typical_revenue
    from {{ ref('int_as_of__dates') }} as as_of
    cross join names
    left join counted
        on as_of.as_of_date = counted.as_of_date
        and names.rfm_segment = counted.rfm_segment

)

select
    as_of_date,
    rfm_segment,
    priority,
    customer_count,
    {{ ratio('customer_count', 'sum(customer_count) over (partition by as_of_date)') }}
        as customer_share,
    cast(order_count as bigint) as order_count,
    cast(revenue as decimal(18, 4)) as revenue,
    {{ ratio('revenue', 'sum(revenue) over (partition by as_of_date)') }}
        as revenue_share,
    cast(typical_recency_days as double precision) as typical_recency_days,
    cast(typical_order_count as double precision) as typical_order_count,
    typical_revenue
from filled
