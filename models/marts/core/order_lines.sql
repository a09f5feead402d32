with

lines as (

    select * from {{ ref('int_order_lines__priced') }}

),

components as (

    select * from {{ ref('int_identity__components') }}

),

order_lines as (

    select
        {{ key_of(['lines.source', 'lines.order_id', 'lines.line_id']) }}
            as order_line_key,
        {{ key_of(['lines.source', 'lines.order_id']) }} as order_key,
        coalesce(
            users.customer_id, emails.customer_id, visitors.customer_id
        ) as customer_id,
        lines.source,
        lines.order_id,
        lines.line_id,
        lines.product_id,
        lines.category,
        lines.currency,
        lines.payment_method,
        lines.status,
        lines.channel,
        lines.quantity,
        lines.unit_price,
        lines.discount,
        lines.gross_amount,
        lines.amount,
        lines.is_cancelled,
        lines.is_quantity_imputed,
        lines.is_unit_price_imputed,
        lines.is_currency_imputed,
        lines.ordered_at
    from lines
    left join components as users on lines.user_key = users.pseudonym
    left join components as emails on lines.email_key = emails.pseudonym
    left join {{ ref('int_visitors__held') }} as visitors
        on {{ is_held_at('visitors', 'lines.visitor_id', 'lines.ordered_at') }}

)

select * from order_lines
