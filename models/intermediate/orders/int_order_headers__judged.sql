{#- Order headers of the shop; the latest version of an order is the one that counts.
    Files carry the header on each line and have none. -#}
{%- if is_enabled('shop') -%}
with

headers as (

    select
        *,
        case
            when unparsable_column is not null then 'unparsable ' || unparsable_column
            when order_id is null then 'no order id'
            when ordered_at is null then 'no time'
            when ordered_at > {{ seconds_after(
                'coalesce(received_at, ' ~ build_time() ~ ')', 86400) }}
                then 'time in the future'
        end as invalid_reason
    from {{ ref('stg_shop__orders') }}

),

ranked as (

    select
        *,
        row_number() over (
            partition by order_id, invalid_reason is null
            order by
                updated_at desc nulls last,
                received_at desc nulls last,
                status asc,
                md5(concat_ws(
                    '|', user_id, anonymous_id, email, channel, ordered_at
                )) asc
        ) as place
    from headers

),

judged as (

    select
        'shop' as source,
        input_name,
        order_id,
        user_id,
        anonymous_id,
        lower(email) as email,
        lower(status) as status,
        lower(channel) as channel,
        payment_method,
        upper(currency) as currency,
        case
            when invalid_reason is not null then 'invalid'
            when place > 1 then 'duplicate'
            else 'kept'
        end as bucket,
        case
            when invalid_reason is not null then invalid_reason
            when place > 1 then 'an older version of the order'
        end as reason,
        ordered_at,
        received_at
    from ranked

)

select * from judged
{%- else -%}
select
    {%- for name in [
        'source', 'input_name', 'order_id', 'user_id', 'anonymous_id', 'email',
        'status', 'channel', 'payment_method', 'currency', 'bucket', 'reason',
    ] %}
    cast(null as varchar) as {{ name }},
    {%- endfor %}
    cast(null as timestamp) as ordered_at,
    cast(null as timestamp) as received_at
where 1 = 0
{%- endif %}
