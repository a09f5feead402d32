-- Revenue is read from orders, products from lines: the two must never disagree.
with

summed as (

    select
        order_key,
        count(*) as line_count,
        sum(quantity) as item_count,
        sum(discount) as discount,
        sum(gross_amount) as gross_amount,
        sum(amount) as amount
    from {{ ref('int_order_lines__priced') }} as lines
    inner join (
        select distinct source, order_id, order_key from {{ ref('order_lines') }}
    ) as keys using (source, order_id)
    group by 1

),

orders as (

    select * from {{ ref('orders') }}

)

select
    coalesce(orders.order_key, summed.order_key) as order_key,
    orders.amount as order_amount,
    summed.amount as line_amount
from orders
full outer join summed on orders.order_key = summed.order_key
where
    orders.line_count is distinct from summed.line_count
    or orders.item_count is distinct from summed.item_count
    or orders.discount is distinct from summed.discount
    or orders.gross_amount is distinct from summed.gross_amount
    or orders.amount is distinct from summed.amount
