{#- A line without an id is named by what it says and by its number among equal
    lines of its input: equal lines of one export are all real, the same export
    read twice is not. -#}
{%- set ids = ['order_id', 'line_id', 'user_id', 'anonymous_id', 'email'] %}
with

unioned as (

    select
        *,
        {{ row_hash_of('order_lines') }} as row_hash
    from {{ ref('int_order_lines__unioned') }}

),

numbered as (

    select
        *,
        row_number() over (
            partition by input_name, row_hash order by line_id
        ) as line_number
    from unioned

),

validated as (

    select
        source,
        input_name,
        {{ unless_excluded('numbered', 'order_id') }} as order_id,
        coalesce(
            {{ unless_excluded('numbered', 'line_id') }}, row_hash || '-' || line_number
        ) as line_id,
        {{ unless_excluded('numbered', 'user_id') }} as user_id,
        {{ unless_excluded('numbered', 'anonymous_id') }} as anonymous_id,
        {{ unless_dropped('email', unless_excluded('numbered', 'email')) }} as email,
        {{ generalised('product_id', ['email']) }} as product_id,
        {{ generalised('category') }} as category,
        upper(currency) as currency,
        {{ generalised('payment_method') }} as payment_method,
        lower({{ generalised('status') }}) as status,
        lower({{ generalised('channel') }}) as channel,
        case
            when unparsable_column is not null then 'unparsable ' || unparsable_column
            when {{ unless_excluded('numbered', 'order_id') }} is null
                then 'no order id'
            when ordered_at is null and source != 'shop' then 'no time'
            when ordered_at > {{ seconds_after(
                'coalesce(received_at, ' ~ build_time() ~ ')', 86400) }}
                then 'time in the future'
        end as invalid_reason,
        quantity,
        unit_price,
        discount,
        ordered_at,
        received_at
    from numbered
    {{ join_exclusions('numbered', ids) }}

)

select * from validated
