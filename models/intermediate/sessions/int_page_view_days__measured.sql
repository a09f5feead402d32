{#- Page and screen views with their heartbeats, per UTC day: what a build touched is
    measured again. A view without an id of its own is known by its event. Other events
    with its id are duplicates, so there is one view event per view, which is read as it
    is: only heartbeats are put together. After session days, since side by side the two
    would spill. -#}
{{ config(
    materialized='incremental',
    incremental_strategy='append',
    pre_hook="{{ forget_touched_days() }}",
) }}
{%- set heartbeat = var('heartbeat_seconds') %}
{%- set keys = ['visitor_id', 'activity_date', 'source', 'page_view_id'] %}
{%- set told = ['user_key', 'client_session_id', 'event_type', 'page_host', 'page_path',
    'product_id', 'category'] + traffic_columns() %}
{%- set scroll_ratio -%}
case
            when scroll_ratio > 1 then 1 when scroll_ratio < 0 then 0 else scroll_ratio
        end
{%- endset %}
{%- set is_in_scope = is_on_touched_day()
    if is_incremental() and not touches_everything() else '1 = 1' %}
-- depends_on: {{ ref('int_visitor_days__touched') }}
-- depends_on: {{ ref('int_session_days__measured') }}
with

views as (

    select
        {{ keys | join(',\n        ') }},
        case when page_view_id is null then event_id end as view_event_id,
        {{ told | join(',\n        ') }},
        engaged_seconds,
        {{ scroll_ratio }} as scroll_ratio,
        received_at,
        occurred_at
    from {{ ref('int_events__accepted') }}
    where
        event_type in ('page_view', 'screen_view')
        and {{ is_in_scope }}

),

heartbeats as (

    select
        {{ keys | join(',\n        ') }},
        count(distinct floor({{ epoch_seconds('occurred_at') }} / {{ heartbeat }}))
        * {{ heartbeat }} as heartbeat_seconds,
        max(engaged_seconds) as engaged_seconds,
        max({{ scroll_ratio }}) as scroll_ratio,
        min(occurred_at) as started_at,
        max(occurred_at) as ended_at
    from {{ ref('int_events__accepted') }}
    where
        event_type = 'page_ping'
        and page_view_id is not null
        and {{ is_in_scope }}
    group by 1, 2, 3, 4

),

measured as (

    select
        {%- for name in keys %}
        coalesce(views.{{ name }}, heartbeats.{{ name }}) as {{ name }},
        {%- endfor %}
        views.view_event_id,
        {%- for name in told %}
        views.{{ name }},
        {%- endfor %}
        coalesce(heartbeats.heartbeat_seconds, 0) as heartbeat_seconds,
        greatest(views.engaged_seconds, heartbeats.engaged_seconds)
            as sent_engaged_seconds,
        greatest(views.scroll_ratio, heartbeats.scroll_ratio) as scroll_ratio,
        views.occurred_at as viewed_at,
        views.received_at,
        least(views.occurred_at, heartbeats.started_at) as started_at,
        greatest(views.occurred_at, heartbeats.ended_at) as ended_at
    from views
    full outer join heartbeats
        on views.visitor_id = heartbeats.visitor_id
        and views.activity_date = heartbeats.activity_date
        and views.source = heartbeats.source
        and views.page_view_id = heartbeats.page_view_id

)

select * from measured
