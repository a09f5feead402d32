{#- Orders of one day are one; the first day is not a repeat. Credits come off the
    repeat orders: a huge one that was taken back at once is worth nothing. Totals run
    along the days, and an as-of date reads them off the last one before it. -#}
{{ config(materialized='table') }}
with

days as (

    select
        customer_id,
        {{ local_date('ordered_at') }} as activity_date,
        max(case when is_purchase then 1 else 0 end) as is_order_day,
        sum(amount) as amount
    from {{ ref('orders') }}
    where customer_id is not null
    group by 1, 2

),

dated as (

    select
        *,
        case when is_order_day = 1 then activity_date end as order_date,
        min(case when is_order_day = 1 then activity_date end) over (
            partition by customer_id
        ) as first_date,
        lead(activity_date) over (
            partition by customer_id order by activity_date
        ) as next_date
    from days

),

totals as (

    select
        customer_id,
        first_date,
        activity_date,
        next_date,
        sum(is_order_day) over (
            partition by customer_id order by activity_date
        ) as order_day_count,
        sum(case when activity_date > first_date then amount else 0 end) over (
            partition by customer_id order by activity_date
        ) as repeat_amount,
        max(order_date) over (
            partition by customer_id order by activity_date
        ) as last_date
    from dated

),

counted as (

    select
        totals.*,
        as_of.as_of_date,
        totals.order_day_count - 1 as repeat_count
    from totals
    inner join {{ ref('int_as_of__dates') }} as as_of
        on totals.activity_date < as_of.as_of_date
        and coalesce(totals.next_date, as_of.as_of_date) >= as_of.as_of_date
    where totals.order_day_count > 0

)

select
    customer_id,
    as_of_date,
    cast(order_day_count as bigint) as order_day_count,
    cast(repeat_count as bigint) as repeat_count,
    {{ days_between('first_date', 'last_date') }} as last_repeat_days,
    {{ days_between('first_date', 'as_of_date') }} - 1 as observed_days,
    case
        when repeat_count > 0
            then cast(greatest(repeat_amount, 0) as double precision) / repeat_count
    end as mean_repeat_value
from counted
