{#- Rows that lose to another copy: of the same event id (the earliest received
    wins), or of the same order or page view under another id. Only repeated keys
    are windowed, and the order decides alike in whatever order the copies arrived.
    A copy that lost stands for no order: another event of that order is its first. -#}
{{ config(materialized='table') }}
-- depends_on: {{ ref('int_visitor_days__touched') }}
{%- set content = ['event_name', 'visitor_id', 'user_key', 'device_key', 'session_key',
    'email_key', 'profile_key', 'user_agent_key', 'client_session_id', 'page_host',
    'page_path', 'referrer_host', 'utm_source', 'utm_medium', 'utm_campaign',
    'product_id', 'category', 'currency', 'order_id', 'page_view_id', 'feature_name',
    'experiment_id', 'experiment_arm', 'quantity', 'unit_price', 'engaged_seconds',
    'scroll_ratio', 'sent_at'] -%}
{%- set order = 'valid.received_at, valid.device_created_at, valid.occurred_at, '
    ~ key_of(content) ~ ', valid.event_id, valid.input_name, valid.copy_number' -%}
{%- set id_hash = fast_hash(['source', 'event_id']) -%}
{%- set key_hash = fast_hash(['source', 'business_key']) %}
with

valid as (

    select * from {{ ref('int_events__delivered') }}
    where invalid_reason is null

),

pending as (

    select
        {{ id_hash }} as id_hash,
        case when business_key is not null then {{ key_hash }} end as key_hash
    from {{ ref('int_events__pending') }}

),

in_question as (

    select
        {{ id_hash }} as id_hash,
        {{ key_hash }} as key_hash,
        business_key
    from valid
    {%- if not touches_everything() %}
        where
            {{ id_hash }} in (select id_hash from pending)
            or {{ key_hash }} in (select key_hash from pending)
    {%- endif %}

),

repeated_ids as (

    select {{ id_hash }} as id_hash
    from valid
    where copy_number > 1 and {{ id_hash }} in (select id_hash from in_question)

),

repeated_keys as (

    select key_hash
    from in_question
    where business_key is not null
    group by 1
    having count(*) > 1

),

id_copies as (

    select
        source,
        event_id,
        copy_number,
        row_number() over (partition by source, event_id order by {{ order }}) as place
    from valid
    where {{ id_hash }} in (select id_hash from repeated_ids)

),

id_losers as (

    select
        source,
        event_id,
        copy_number,
        'repeated event_id' as reason
    from id_copies
    where place > 1

),

key_copies as (

    select
        valid.source,
        valid.event_id,
        valid.copy_number,
        first_value(valid.event_id) over (
            partition by valid.source, valid.business_key order by {{ order }}
        ) as first_event_id
    from valid
    left join id_losers
        on valid.source = id_losers.source
        and valid.event_id = id_losers.event_id
        and valid.copy_number = id_losers.copy_number
    where
        valid.business_key is not null
        and {{ fast_hash(['valid.source', 'valid.business_key']) }} in (
            select key_hash from repeated_keys
        )
        and id_losers.event_id is null

),

duplicated as (

    select * from id_losers
    union all
    select
        source,
        event_id,
        copy_number,
        'repeated order or page view' as reason
    from key_copies
    where event_id != first_event_id

)

select * from duplicated
