{#- The orders of a customer's day. Credits lower revenue and are no orders. -#}
with

orders as (

    select
        *,
        {{ local_date('ordered_at') }} as activity_date
    from {{ ref('orders') }}
    where customer_id is not null

),

totals as (

    select
        customer_id,
        activity_date,
        sum(case when is_purchase then 1 else 0 end) as order_count,
        sum(case when has_cancellation then 1 else 0 end) as cancellation_count,
        sum(case when is_purchase then item_count else 0 end) as item_count,
        sum(case when is_purchase then amount else 0 end) as sold_amount,
        sum(case when is_purchase then discount else 0 end) as discount,
        sum(amount) as revenue
    from orders
    group by 1, 2

),

gaps as (

    select
        customer_id,
        activity_date,
        lag(activity_date) over (
            partition by customer_id order by activity_date
        ) as previous_date
    from totals
    where order_count > 0

),

browsed as (

    select
        customer_id,
        activity_date,
        count(*) as browsed_order_count,
        sum(browse_seconds) as browse_seconds
    from {{ ref('int_purchases__browsed') }}
    group by 1, 2

),

measured as (

    select
        totals.*,
        browsed.browsed_order_count,
        browsed.browse_seconds,
        {{ days_between('gaps.previous_date', 'gaps.activity_date') }}
            as days_since_previous_order
    from totals
    left join gaps
        on totals.customer_id = gaps.customer_id
        and totals.activity_date = gaps.activity_date
    left join browsed
        on totals.customer_id = browsed.customer_id
        and totals.activity_date = browsed.activity_date

)

select * from measured
