{#- Page and screen views with their heartbeats, per UTC day: what a build touched is
    measured again. A view without an id of its own is known by its event. Other events
    with its id are duplicates, so there is one view event per view and the smallest
    value is its value. -#}
{{ config(
    materialized='incremental',
    incremental_strategy='append',
    pre_hook="{{ forget_touched_days() }}",
) }}
{%- set heartbeat = var('heartbeat_seconds') %}
{%- set views = "('page_view', 'screen_view')" %}
-- depends_on: {{ ref('int_visitor_days__touched') }}
with

events as (

    select
        accepted.*,
        accepted.event_type in {{ views }} as is_view
    from {{ ref('int_events__accepted') }} as accepted
    where
        (
            accepted.event_type in {{ views }}
            or (
                accepted.event_type = 'page_ping' and accepted.page_view_id is not null
            )
        )
        {%- if is_incremental() and not touches_everything() %}
        and {{ is_on_touched_day('accepted.') }}
        {%- endif %}

),

measured as (

    select
        visitor_id,
        activity_date,
        source,
        page_view_id,
        case when page_view_id is null then event_id end as view_event_id,
        {%- for name in ['user_key', 'client_session_id', 'event_type', 'page_host',
            'page_path', 'product_id', 'category'] + traffic_columns() %}
        min(case when is_view then {{ name }} end) as {{ name }},
        {%- endfor %}
        count(distinct case
            when not is_view
                then floor({{ epoch_seconds('occurred_at') }} / {{ heartbeat }})
        end) * {{ heartbeat }} as heartbeat_seconds,
        max(engaged_seconds) as sent_engaged_seconds,
        max(case
            when scroll_ratio > 1 then 1 when scroll_ratio < 0 then 0 else scroll_ratio
        end) as scroll_ratio,
        min(case when is_view then occurred_at end) as viewed_at,
        min(case when is_view then received_at end) as received_at,
        min(occurred_at) as started_at,
        max(occurred_at) as ended_at
    from events
    group by 1, 2, 3, 4, 5

)

select * from measured
