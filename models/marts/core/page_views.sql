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
        cast(case
            when sessions.session_id is not null
                then row_number() over (
                    partition by sessions.session_id
                    order by views.occurred_at, views.page_view_key
                )
        end as bigint) as position_in_session,
        cast(case
            when sessions.session_id is not null
                then count(*) over (partition by sessions.session_id)
        end as bigint) as session_page_view_count,
        cast(views.engaged_seconds as double precision) as engaged_seconds,
        cast(views.scroll_ratio as decimal(18, 4)) as scroll_ratio,
        views.started_at,
        views.ended_at
    from views
    left join sessions
        on views.visitor_id = sessions.visitor_id
        and views.occurred_at >= sessions.started_at
        and views.occurred_at <= sessions.ended_at
        {%- if uses_client_sessions() %}
        and views.client_session_id is not distinct from sessions.client_session_id
        and (
            views.client_session_id is null
            or {{ is_within_session_cap('views', 'sessions.first_received_at') }}
        )
        {%- endif %}
    left join components as users on views.user_key = users.pseudonym
    left join components as visitors on views.visitor_id = visitors.pseudonym

)

select * from page_views
