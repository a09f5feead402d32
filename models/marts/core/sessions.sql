with

stitched as (

    select * from {{ ref('int_sessions__stitched') }}

),

sessions as (

    select
        session_id,
        stitched_session_id,
        customer_id,
        visitor_id,
        client_session_id,
        landing_page_path,
        exit_page_path,
        referrer_host,
        utm_source,
        utm_medium,
        utm_campaign,
        device_type,
        cast(event_count as bigint) as event_count,
        {%- for name in counted_event_types() %}
        cast({{ name }} as bigint) as {{ name }},
        {%- endfor %}
        cast(engaged_seconds as double precision) as engaged_seconds,
        page_view_count <= 1 and engaged_seconds < 10 as is_bounce,
        user_key is not null as has_login,
        started_at,
        ended_at
    from stitched

)

select * from sessions
