{#- Rows that lose to another copy: of the same event id (the earliest received
    wins), or of the same order or page view under another id. Only repeated keys
    are windowed, and the order decides alike in whatever order the copies arrived.
    A copy that lost stands for no order: another event of that order is its first. -#}
{%- set content = ['event_name', 'visitor_id', 'user_key', 'device_key', 'session_key',
    'email_key', 'profile_key', 'user_agent_key', 'client_session_id', 'page_host',
    'page_path', 'referrer_host', 'utm_source', 'utm_medium', 'utm_campaign',
    'product_id', 'category', 'currency', 'order_id', 'page_view_id', 'feature_name',
    'experiment_id', 'experiment_arm', 'quantity', 'unit_price', 'engaged_seconds',
    'scroll_ratio', 'sent_at'] -%}
{%- set order = "valid.received_at, valid.device_created_at, valid.occurred_at, "
    ~ key_of(content) ~ ", valid.event_id, valid.input_name, valid.copy_number" -%}
with

valid as (

    select *
    from {{ ref('int_events__delivered') }}
    where invalid_reason is null

),

repeated_ids as (

    select distinct
        source,
        event_id
    from valid
    where copy_number > 1

),

repeated_keys as (

    select
        source,
        business_key
    from valid
    where business_key is not null
    group by 1, 2
    having min(event_id) != max(event_id)

),

id_copies as (

    select
        valid.source,
        valid.event_id,
        valid.copy_number,
        'repeated event_id' as reason,
        row_number() over (
            partition by valid.source, valid.event_id order by {{ order }}
        ) as place
    from valid
    inner join repeated_ids
        on valid.source = repeated_ids.source
        and valid.event_id = repeated_ids.event_id

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
    inner join repeated_keys
        on valid.source = repeated_keys.source
        and valid.business_key = repeated_keys.business_key
    left join id_copies
        on valid.source = id_copies.source
        and valid.event_id = id_copies.event_id
        and valid.copy_number = id_copies.copy_number
    where coalesce(id_copies.place, 1) = 1

),

losers as (

    select
        source,
        event_id,
        copy_number,
        reason
    from id_copies
    where place > 1
    union all
    select
        source,
        event_id,
        copy_number,
        'repeated order or page view' as reason
    from key_copies
    where event_id != first_event_id

)

select
    source,
    event_id,
    copy_number,
    min(reason) as reason
from losers
group by 1, 2, 3
