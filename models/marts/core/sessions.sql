with

timed as (

    select * from {{ ref('int_sessions__timed') }}

),

traffic as (

    select * from {{ ref('int_traffic_sources__classified') }}

),

sessions as (

    select
        timed.session_id,
        stitched.stitched_session_id,
        stitched.customer_id,
        timed.visitor_id,
        timed.client_session_id,
        timed.landing_event_type,
        timed.landing_event_name,
        timed.exit_event_name,
        timed.landing_page_path,
        timed.exit_page_path,
        {%- for name in traffic_columns() %}
        timed.{{ name }},
        {%- endfor %}
        traffic.traffic_source,
        traffic.traffic_medium,
        traffic.traffic_channel,
        timed.device_type,
        cast(timed.event_count as bigint) as event_count,
        {%- for name in counted_event_types() %}
        cast(timed.{{ name }} as bigint) as {{ name }},
        {%- endfor %}
        cast(timed.engaged_seconds as double precision) as engaged_seconds,
        timed.duration_seconds,
        cast(timed.max_scroll_ratio as decimal(18, 4)) as max_scroll_ratio,
        timed.page_view_count <= 1 and timed.engaged_seconds < 10 as is_bounce,
        timed.user_key is not null as has_login,
        timed.is_duration_imputed,
        timed.started_at,
        timed.ended_at
    from timed
    inner join {{ ref('int_sessions__stitched') }} as stitched
        on timed.session_id = stitched.session_id
    left join traffic
        on timed.referrer_host is not distinct from traffic.referrer_host
        and timed.utm_source is not distinct from traffic.utm_source
        and timed.utm_medium is not distinct from traffic.utm_medium
        and (timed.utm_campaign is not null) = traffic.has_campaign

)

select * from sessions
