{#- A view, like events. A page view belongs to the session of its view event, however
    long its heartbeats go on. -#}
{{ config(materialized='view') }}
with

views as (

    select * from {{ ref('int_page_views__measured') }}

),

components as (

    select * from {{ ref('int_identity__components') }}

),

sessions as (

    select * from {{ ref('int_sessions__stitched') }}

),

page_views as (

    select
        views.page_view_key,
        views.page_view_id,
        sessions.session_id,
        sessions.stitched_session_id,
        coalesce(
            users.customer_id, sessions.customer_id, visitors.customer_id
        ) as customer_id,
        views.visitor_id,
        views.user_key,
        views.source,
        views.event_type,
        views.page_host,
        views.page_path,
        views.product_id,
        views.category,
        {%- for name in traffic_columns() %}
        views.{{ name }},
        {%- endfor %}
        row_number() over (
            partition by sessions.session_id
            order by views.occurred_at, views.page_view_key
        ) as position_in_session,
        count(*) over (partition by sessions.session_id) as session_page_view_count,
        cast(views.engaged_seconds as double precision) as engaged_seconds,
        cast(views.scroll_ratio as decimal(18, 4)) as scroll_ratio,
        views.started_at,
        views.ended_at
    from views
    left join sessions on {{ lies_in_session('views', 'sessions') }}
    left join components as users on views.user_key = users.pseudonym
    left join {{ ref('int_visitors__held') }} as visitors
        on {{ is_held_at('visitors', 'views.visitor_id', 'views.occurred_at') }}

)

select
    page_view_key,
    page_view_id,
    session_id,
    stitched_session_id,
    customer_id,
    visitor_id,
    user_key,
    source,
    event_type,
    page_host,
    page_path,
    product_id,
    category,
    referrer_host,
    utm_source,
    utm_medium,
    utm_campaign,
    case when session_id is not null then position_in_session end
        as position_in_session,
    case when session_id is not null then session_page_view_count end
        as session_page_view_count,
    engaged_seconds,
    scroll_ratio,
    started_at,
    ended_at
from page_views
