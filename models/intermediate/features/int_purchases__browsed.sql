{#- How long an order took: from the product view that began it, the earliest after the
    order before and at most browse_window_days ago, to the order. Of a day the ledger
    knows the first view in each category, so one later that day may have been it. -#}
with

orders as (

    select
        customer_id,
        order_key,
        ordered_at,
        lag(ordered_at) over (
            partition by customer_id order by ordered_at, order_key
        ) as previous_ordered_at
    from {{ ref('orders') }}
    where customer_id is not null and is_purchase

),

views as (

    select
        customer_id,
        first_viewed_at as viewed_at
    from {{ ref('int_customer_items__counted') }}
    where first_viewed_at is not null

),

browsed as (

    select
        orders.customer_id,
        orders.order_key,
        {{ local_date('orders.ordered_at') }} as activity_date,
        max({{ exact_seconds_between('views.viewed_at', 'orders.ordered_at') }})
            as browse_seconds
    from orders
    inner join views on orders.customer_id = views.customer_id
    where
        views.viewed_at <= orders.ordered_at
        and (
            orders.previous_ordered_at is null
            or views.viewed_at > orders.previous_ordered_at
        )
        and {{ seconds_after('views.viewed_at', 86400 * var('browse_window_days')) }}
        >= orders.ordered_at
    group by 1, 2, 3

)

select * from browsed
