-- Marts carry pseudonyms. A raw identifier in one of their text columns means that a
-- producer put it there, or that a model forgot to replace it. Plain numbers are left
-- out: customer 17 and order 17 have nothing to do with each other.
{%- set columns = {
    'sessions': ['client_session_id', 'landing_page_path', 'exit_page_path',
        'referrer_host', 'utm_source', 'utm_medium', 'utm_campaign'],
    'orders': ['order_id', 'channel', 'payment_method'],
    'order_lines': ['line_id', 'product_id', 'category'],
    'quarantined_rows': ['row_id', 'row_type', 'reason'],
} %}
with

secrets as (

    select
        identifier_kind,
        raw_value
    from {{ ref('identifiers') }}
    where
        identifier_kind in ('user_id', 'anonymous_id', 'device_id', 'email')
        and not {{ matches_pattern('raw_value', "'^[0-9.-]+$'") }}

),

texts as (

    {%- for mart, names in columns.items() %}
    {%- set last_mart = loop.last %}
    {%- for name in names %}
    select distinct
        '{{ mart }}.{{ name }}' as place,
        {{ name }} as text
    from {{ ref(mart) }}
    {% if not (last_mart and loop.last) %}union all{% endif %}
    {%- endfor %}
    {%- endfor %}

)

select
    texts.place,
    secrets.identifier_kind,
    count(*) as value_count
from texts
inner join secrets on texts.text = secrets.raw_value
group by 1, 2
