{#- Used lines with gaps filled and an amount. Prices come from the product's
    median (per currency) over all lines, so this is never incremental. A cancelled
    line with a positive quantity is worth nothing; one with a negative quantity is
    the credit note that nets the sale. -#}
-- depends_on: {{ ref('int_order_lines__judged') }}
with

lines as (

    {% if has_order_system() -%}
    select * from {{ ref('int_order_lines__judged') }}
    where bucket = 'kept'
    {%- else -%}
    select
        source,
        input_name,
        coalesce(order_id, event_id) as order_id,
        event_id as line_id,
        user_key,
        visitor_id,
        email_key,
        product_id,
        category,
        upper(currency) as currency,
        cast(null as varchar) as payment_method,
        'completed' as status,
        cast(null as varchar) as channel,
        quantity,
        unit_price,
        cast(null as decimal(18, 4)) as discount,
        occurred_at as ordered_at,
        received_at
    from {{ ref('int_events__accepted') }}
    where event_type = 'purchase'
    {%- endif %}

),

prices as (

    select
        product_id,
        currency,
        {{ median_of('unit_price') }} as median_price
    from lines
    where product_id is not null and unit_price is not null
    group by 1, 2

),

filled as (

    select
        lines.source,
        lines.order_id,
        lines.line_id,
        lines.user_key,
        lines.visitor_id,
        lines.email_key,
        lines.product_id,
        lines.category,
        coalesce(lines.currency, '{{ var("default_currency") }}') as currency,
        lines.payment_method,
        lines.status,
        lines.channel,
        cast(coalesce(lines.quantity, 1) as decimal(18, 4)) as quantity,
        cast(coalesce(lines.unit_price, prices.median_price, 0) as decimal(18, 4))
            as unit_price,
        cast(coalesce(lines.discount, 0) as decimal(18, 4)) as discount,
        lines.quantity is null as is_quantity_imputed,
        lines.unit_price is null as is_unit_price_imputed,
        lines.currency is null as is_currency_imputed,
        lines.status in ('cancelled', 'canceled', 'returned', 'refunded')
            as is_cancelled,
        lines.ordered_at
    from lines
    left join prices
        on lines.product_id = prices.product_id
        and lines.currency is not distinct from prices.currency

),

priced as (

    select
        *,
        cast(
            case
                when is_cancelled and quantity > 0 then 0
                else quantity * unit_price - discount
            end as decimal(18, 4)
        ) as amount,
        cast(quantity * unit_price - discount as decimal(18, 4)) as gross_amount
    from filled

)

select * from priced
