{#- The events that are used: delivered, usable and not set aside. A view, so that the
    event grain is written once. What repeats a view under another id is an event, but
    no view. -#}
{%- set columns = ['source', 'input_name', 'event_id', 'copy_number', 'event_name',
    'visitor_id', 'user_key', 'device_key', 'session_key', 'email_key', 'profile_key',
    'user_agent_key', 'client_session_id', 'ip_network', 'page_host', 'page_path',
    'referrer_host', 'utm_source', 'utm_medium', 'utm_campaign', 'region', 'product_id',
    'category', 'currency', 'order_id', 'page_view_id', 'feature_name', 'experiment_id',
    'experiment_arm', 'quantity', 'unit_price', 'engaged_seconds', 'scroll_ratio',
    'activity_date', 'occurred_at', 'device_created_at', 'sent_at', 'received_at'] %}
with

delivered as (

    select * from {{ ref('int_events__delivered') }}
    where invalid_reason is null

),

set_aside as (

    select * from {{ ref('int_events__set_aside') }}

),

accepted as (

    select
        {%- for column in columns %}
        delivered.{{ column }},
        {%- endfor %}
        case when set_aside.bucket = 'kept' then 'other' else delivered.event_type end
            as event_type
    from delivered
    left join set_aside
        on delivered.source = set_aside.source
        and delivered.event_id = set_aside.event_id
        and delivered.copy_number = set_aside.copy_number
        and delivered.activity_date = set_aside.activity_date
    where coalesce(set_aside.bucket, 'kept') = 'kept'

)

select * from accepted
