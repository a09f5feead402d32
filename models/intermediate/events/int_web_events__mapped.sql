{{ config(enabled=is_enabled('web')) }}
{%- set common = [
    'event_id', 'user_id', 'anonymous_id', 'device_id', 'client_session_id',
    'user_agent', 'ip', 'region', 'opt_out_signal', 'device_created_at', 'sent_at',
    'received_at',
] -%}
with

pages as (

    select
        {{ select_canonical('events', common + [
            'page_url', 'page_path', 'page_view_id', 'referrer', 'product_id',
            'category', 'utm_source', 'utm_medium', 'utm_campaign',
        ], {'source': "'web'", 'event_type': "'page'"}) }}
    from {{ ref('stg_web__pages') }}

),

tracks as (

    select
        {{ select_canonical('events', common + [
            'page_url', 'page_view_id', 'product_id', 'category', 'quantity',
            'unit_price', 'currency', 'order_id', 'feature_name', 'experiment_id',
            'experiment_arm', 'engaged_seconds', 'scroll_ratio',
        ], {'source': "'web'", 'event_type': 'event_name'}) }}
    from {{ ref('stg_web__tracks') }}

),

identifies as (

    select
        {{ select_canonical('events', common + ['email'],
            {'source': "'web'", 'event_type': "'identify'"}) }}
    from {{ ref('stg_web__identifies') }}

),

unioned as (

    select * from pages
    union all
    select * from tracks
    union all
    select * from identifies

)

select * from unioned
