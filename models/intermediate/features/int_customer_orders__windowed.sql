{#- What the orders say of each customer as of a date. -#}
with

as_of as (

    select * from {{ ref('int_as_of__dates') }}

),

orders as (

    select
        orders.*,
        as_of.as_of_date,
        {{ days_between(local_date('orders.ordered_at'), 'as_of.as_of_date') }}
            as age_days
    from {{ ref('orders') }} as orders
    inner join as_of on {{ local_date('orders.ordered_at') }} < as_of.as_of_date
    where orders.customer_id is not null

),

lines as (

    select
        order_lines.customer_id,
        as_of.as_of_date,
        count(distinct order_lines.category) as category_count
    from {{ ref('order_lines') }} as order_lines
    inner join as_of on {{ local_date('order_lines.ordered_at') }} < as_of.as_of_date
    where order_lines.quantity > 0 and not order_lines.is_cancelled
    group by 1, 2

),

totals as (

    select
        customer_id,
        as_of_date,
        sum(case when is_purchase then 1 else 0 end) as order_count,
        min(case when is_purchase then age_days end) as order_recency_days,
        max(case when is_purchase then age_days end) as order_tenure_days,
        sum(amount) as revenue,
        sum(case when is_purchase then amount else 0 end) as sold_amount,
        sum(case when is_purchase then discount else 0 end) as discount_amount,
        sum(case when has_cancellation then 1 else 0 end) as cancellation_count
    from orders
    group by 1, 2

),

joined as (

    select
        totals.*,
        coalesce(lines.category_count, 0) as category_count
    from totals
    left join lines
        on totals.customer_id = lines.customer_id
        and totals.as_of_date = lines.as_of_date

)

select * from joined
