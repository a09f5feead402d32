{#- Lines with their order's header and one bucket each. Of several versions of a
    line the latest received counts: an order system corrects what it said before. -#}
with

lines as (

    select
        *,
        row_number() over (
            partition by source, order_id, line_id, invalid_reason is null
            order by
                received_at desc nulls last,
                quantity desc nulls last,
                unit_price desc nulls last,
                status asc,
                {{ key_of(['user_key', 'visitor_id', 'email_key', 'product_id',
                    'category', 'currency', 'payment_method', 'channel', 'discount',
                    'ordered_at']) }} asc,
                input_name asc,
                copy_number asc
        ) as place
    from {{ ref('int_order_lines__delivered') }}

),

headers as (

    select * from {{ ref('int_order_headers__judged') }}
    where bucket = 'kept'

),

judged as (

    select
        lines.source,
        lines.input_name,
        lines.order_id,
        lines.line_id,
        lines.copy_number,
        coalesce(lines.user_key, headers.user_key) as user_key,
        coalesce(lines.visitor_id, headers.visitor_id) as visitor_id,
        coalesce(lines.email_key, headers.email_key) as email_key,
        lines.product_id,
        lines.category,
        coalesce(lines.currency, headers.currency) as currency,
        coalesce(lines.payment_method, headers.payment_method) as payment_method,
        coalesce(lines.status, headers.status, 'completed') as status,
        coalesce(lines.channel, headers.channel) as channel,
        case
            when lines.invalid_reason = 'erased' then 'erased'
            when lines.invalid_reason is not null then 'invalid'
            when lines.source = 'shop' and headers.order_id is null then 'invalid'
            when lines.place > 1 then 'duplicate'
            else 'kept'
        end as bucket,
        case
            when lines.invalid_reason is not null then lines.invalid_reason
            when lines.source = 'shop' and headers.order_id is null then 'no such order'
            when lines.place > 1 then 'an older version of the line'
        end as reason,
        lines.quantity,
        lines.unit_price,
        lines.discount,
        coalesce(lines.ordered_at, headers.ordered_at) as ordered_at,
        lines.received_at
    from lines
    left join headers
        on lines.source = headers.source and lines.order_id = headers.order_id

)

select * from judged
