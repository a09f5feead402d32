{#- The one pass over the events that journeys make. A day of a session is found by
    visitor and day, so that nobody's events meet all sessions of theirs. Steps at one
    moment are ordered by source and event id, as in sessions. -#}
{%- do require_sound_journey_settings() -%}
{%- set unit = 'visit_id' if var('journey_unit') == 'visit' else 'customer_id' -%}
{%- set gap = var('journey_gap_days') if unit == 'customer_id' else none -%}
{%- set conversions = quoted(var('journey_conversion_event_types')) -%}
{%- set ignored = quoted(var('journey_ignored_event_types') + ['']) -%}
{%- set in_order = 'partition by session_days.' ~ unit
    ~ ' order by events.occurred_at, events.source, events.event_id' -%}
{{ config(materialized='table') }}
with

events as (

    select
        visitor_id,
        client_session_id,
        source,
        event_id,
        {{ journey_state() }} as state,
        event_type,
        event_type in ({{ conversions }}) as is_conversion,
        {{ local_date('occurred_at') }} as activity_date,
        occurred_at,
        received_at
    from {{ ref('int_events__accepted') }}
    where event_type not in ({{ ignored }})

),

session_days as (

    select
        days.visitor_id,
        days.client_session_id,
        sessions.stitched_session_id as visit_id,
        sessions.customer_id,
        sessions.first_received_at,
        days.activity_date,
        days.started_at,
        days.ended_at
    from {{ ref('int_session_days__measured') }} as days
    inner join {{ ref('int_sessions__stitched') }} as sessions
        on days.session_id = sessions.session_id

),

frequent as (

    select state
    from (
        select
            state,
            row_number() over (order by count(*) desc, state asc) as place
        from events
        where
            not is_conversion
            and state not in ({{ quoted(artificial_states()) }})
        group by state
    ) as counted
    where place <= {{ var('journey_max_states') }}

),

placed as (

    select
        session_days.visit_id,
        session_days.customer_id,
        events.state,
        events.event_type,
        events.is_conversion,
        events.occurred_at,
        row_number() over ({{ in_order }}) as place,
        {%- if gap %}
        lag(events.occurred_at) over ({{ in_order }}) as previous_at,
        {%- endif %}
        lag(events.is_conversion) over ({{ in_order }}) as is_after_conversion
    from events
    inner join session_days
        on {{ lies_in_session('events', 'session_days') }}
        and events.activity_date = session_days.activity_date

),

cut as (

    select
        *,
        max(
            case
                when place = 1 then 1
                {%- if var('journey_ends_at_conversion') %}
                when is_after_conversion then place
                {%- endif %}
                {%- if gap %}
                when occurred_at > {{ seconds_after('previous_at', gap * 86400) }}
                    then place
                {%- endif %}
            end
        ) over (
            partition by {{ unit }} order by place
            rows between unbounded preceding and current row
        ) as first_place
    from placed

)

select
    case
        when cut.first_place = 1 then cut.{{ unit }}
        else {{ key_of(['cut.' ~ unit, 'cut.first_place']) }}
    end as journey_id,
    cut.visit_id,
    cut.customer_id,
    cut.place - cut.first_place + 1 as step_number,
    case
        when cut.is_conversion or frequent.state is not null then cut.state
        else '(other)'
    end as state,
    cut.event_type,
    cut.place,
    cut.is_conversion,
    cut.occurred_at
from cut
left join frequent on cut.state = frequent.state
