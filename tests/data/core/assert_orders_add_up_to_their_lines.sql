-- Revenue is read from orders, products from lines: the two must never disagree.
with

lines as (

    select
        order_key,
        count(*) as line_count,
        sum(quantity) as item_count,
        sum(discount) as discount,
        sum(gross_amount) as gross_amount,
        sum(amount) as amount
    from {{ ref('order_lines') }}
    group by 1

),

orders as (

    select * from {{ ref('orders') }}

)

select
    coalesce(orders.order_key, lines.order_key) as order_key,
    orders.amount as order_amount,
    lines.amount as line_amount
from orders
full outer join lines on orders.order_key = lines.order_key
where
    orders.line_count is distinct from lines.line_count
    or orders.item_count is distinct from lines.item_count
    or orders.discount is distinct from lines.discount
    or orders.gross_amount is distinct from lines.gross_amount
    or orders.amount is distinct from lines.amount
