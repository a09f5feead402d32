{#- Order headers of the shop, with the reason why one cannot be used. Files carry the
    header on each line and have none. -#}
{%- set texts = [
    'order_id', 'user_id', 'anonymous_id', 'email', 'status', 'channel',
    'payment_method', 'currency', 'input_name', 'unparsable_column',
] -%}
with

headers as (

    {% if is_enabled('shop') -%}
    select * from {{ ref('stg_shop__orders') }}
    {%- else -%}
    select
        {%- for name in texts %}
        cast(null as varchar) as {{ name }},
        {%- endfor %}
        cast(null as timestamp) as ordered_at,
        cast(null as timestamp) as updated_at,
        cast(null as timestamp) as received_at
    where 1 = 0
    {%- endif %}

),

validated as (

    select
        'shop' as source,
        input_name,
        {{ unless_excluded('headers', 'order_id') }} as order_id,
        {{ unless_excluded('headers', 'user_id') }} as user_id,
        {{ unless_excluded('headers', 'anonymous_id') }} as anonymous_id,
        {{ unless_dropped('email', unless_excluded('headers', 'email')) }} as email,
        lower({{ generalised('status') }}) as status,
        lower({{ generalised('channel') }}) as channel,
        {{ generalised('payment_method') }} as payment_method,
        upper(currency) as currency,
        case
            when unparsable_column is not null then 'unparsable ' || unparsable_column
            when {{ unless_excluded('headers', 'order_id') }} is null
                then 'no order id'
            when ordered_at is null then 'no time'
            when ordered_at > {{ seconds_after(
                'coalesce(received_at, ' ~ build_time() ~ ')', 86400) }}
                then 'time in the future'
        end as invalid_reason,
        ordered_at,
        updated_at,
        received_at
    from headers
    {{ join_exclusions('headers', ['order_id', 'user_id', 'anonymous_id', 'email']) }}

)

select * from validated
