{#- Orders of one day are one; the first day is not a repeat. Totals run along the order
    days, and an as-of date reads them off the last one before it, so that a longer
    history costs no more than its rows. -#}
{{ config(materialized='table') }}
with

order_days as (

    select
        customer_id,
        {{ local_date('ordered_at') }} as order_date,
        sum(amount) as amount
    from {{ ref('orders') }}
    where is_purchase and customer_id is not null
    group by 1, 2

),

totals as (

    select
        customer_id,
        order_date,
        min(order_date) over (partition by customer_id) as first_date,
        lead(order_date) over (
            partition by customer_id order by order_date
        ) as next_date,
        row_number() over (partition by customer_id order by order_date)
            as order_day_count,
        sum(amount) over (partition by customer_id order by order_date) as amount,
        first_value(amount) over (partition by customer_id order by order_date)
            as first_amount
    from order_days

),

counted as (

    select
        totals.*,
        as_of.as_of_date,
        totals.order_day_count - 1 as repeat_count
    from totals
    inner join {{ ref('int_as_of__dates') }} as as_of
        on totals.order_date < as_of.as_of_date
        and coalesce(totals.next_date, as_of.as_of_date) >= as_of.as_of_date

)

select
    customer_id,
    as_of_date,
    order_day_count,
    repeat_count,
    {{ days_between('first_date', 'order_date') }} as last_repeat_days,
    {{ days_between('first_date', 'as_of_date') }} - 1 as observed_days,
    case
        when repeat_count > 0 then
            cast(greatest(amount - first_amount, 0) as double precision) / repeat_count
    end as mean_repeat_value
from counted
