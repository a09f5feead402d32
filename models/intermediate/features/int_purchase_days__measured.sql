{#- The orders of a customer's day. Credits lower revenue and are no orders. Of an order
    partly cancelled, pieces and discounts count as the amount does: without the lines
    that were cancelled. -#}
with

sold_lines as (

    select
        order_key,
        sum(quantity) as item_count,
        sum(discount) as discount
    from {{ ref('order_lines') }}
    where not (is_cancelled and quantity > 0)
    group by 1

),

orders as (

    select
        orders.customer_id,
        {{ local_date('orders.ordered_at') }} as activity_date,
        orders.is_purchase,
        orders.has_cancellation,
        orders.amount,
        sold_lines.item_count,
        sold_lines.discount
    from {{ ref('orders') }} as orders
    left join sold_lines on orders.order_key = sold_lines.order_key
    where orders.customer_id is not null

),

totals as (

    select
        customer_id,
        activity_date,
        sum(case when is_purchase then 1 else 0 end) as order_count,
        sum(case when has_cancellation then 1 else 0 end) as cancellation_count,
        sum(case when is_purchase or has_cancellation then 1 else 0 end)
            as sold_or_cancelled_count,
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
