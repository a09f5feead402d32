{#- An order counts as a purchase when at least one line was sold: positive
    quantity, not cancelled. A credit note is a row of its own that lowers revenue. -#}
with

order_lines as (

    select * from {{ ref('order_lines') }}

),

orders as (

    select
        order_key,
        min(cast(customer_id as varchar)) as customer_id,
        source,
        order_id,
        min(currency) as currency,
        min(channel) as channel,
        min(payment_method) as payment_method,
        count(*) as line_count,
        sum(quantity) as item_count,
        sum(discount) as discount,
        sum(gross_amount) as gross_amount,
        sum(amount) as amount,
        max(case when quantity > 0 and not is_cancelled then 1 else 0 end) = 1
            as is_purchase,
        max(case when is_cancelled then 1 else 0 end) = 1 as has_cancellation,
        min(ordered_at) as ordered_at
    from order_lines
    group by order_key, source, order_id

)

select
    order_key,
    cast(customer_id as uuid) as customer_id,
    source,
    order_id,
    currency,
    channel,
    payment_method,
    line_count,
    cast(item_count as decimal(18, 4)) as item_count,
    cast(discount as decimal(18, 4)) as discount,
    cast(gross_amount as decimal(18, 4)) as gross_amount,
    cast(amount as decimal(18, 4)) as amount,
    is_purchase,
    has_cancellation,
    ordered_at
from orders
