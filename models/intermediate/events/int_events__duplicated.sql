{#- Rows that lose to another copy: of the same event id (the earliest received
    wins), or of the same order or page view under another id (what happened first wins:
    a visit must not lose its beginning). The order decides alike in whatever order the
    copies arrived. A copy that lost stands for no order: another event of that order is
    its first. -#}
{{ config(materialized='table') }}
{%- set content = ['event_name', 'visitor_id', 'user_key', 'device_key', 'session_key',
    'email_key', 'profile_key', 'user_agent_key', 'client_session_id', 'page_host',
    'page_path', 'referrer_host', 'utm_source', 'utm_medium', 'utm_campaign',
    'region', 'opt_out_signal',
    'product_id', 'category', 'currency', 'order_id', 'page_view_id', 'feature_name',
    'experiment_id', 'experiment_arm', 'quantity', 'unit_price', 'engaged_seconds',
    'scroll_ratio', 'ip_network', 'sent_at'] -%}
{%- set rest = key_of(content) ~ ', event_id, input_name, copy_number' %}
with

repeated as (

    select * from {{ ref('int_events__repeated') }}

),

ranked as (

    select
        *,
        row_number() over (
            partition by source, event_id
            order by received_at, device_created_at, occurred_at, {{ rest }}
        ) as place
    from repeated

),

first_copies as (

    select
        *,
        first_value(event_id) over (
            partition by source, business_key
            order by occurred_at, received_at, device_created_at, {{ rest }}
        ) as first_event_id
    from ranked
    where place = 1 and business_key is not null

),

duplicated as (

    select
        source,
        event_id,
        copy_number,
        'repeated event_id' as reason
    from ranked
    where place > 1
    union all
    select
        source,
        event_id,
        copy_number,
        case when event_type = 'purchase' then 'repeated order' else 'repeated view' end
            as reason
    from first_copies
    where event_id != first_event_id

)

select * from duplicated
