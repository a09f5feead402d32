{#- Events with the session that each one is in, its place there, and the time since the
    event before, at most a minute. Windows over whole rows are slow and take much
    memory, so streaks are found from visitor and time alone: what lies in one stretch
    of the clock as long as the timeout has no longer gap in it, so stretches are put
    together instead of events. Streaks with events at one moment, whose order their ids
    decide, and streaks that the cap cuts are cut event by event, as is everything where
    settings ask for more than a timeout. The two reads of the events are written in
    different ways (no event is without a time): an engine that sees that they are the
    same keeps a copy of all events in memory for them. -#}
{% macro cut_into_sessions(relation, columns) -%}
    {%- set is_plain = not uses_client_sessions()
        and not (var('session_midnight_split') or var('session_campaign_split'))
        and var('session_timeout_seconds') > 0 -%}
    {%- set told = ['visitor_id', 'occurred_at'] + columns -%}
    {%- set cut = ['streak_started_at', 'split_started_at', 'part_number', 'gap_seconds'] -%}
    {%- if not is_plain -%}
{{ cut_event_by_event(relation) }}
    {%- else -%}
with

stretches as (

    {{ stretches_with_streaks(relation) | indent(4) }}

),

plain as (

    select
        {%- for name in told %}
        events.{{ name }},
        {%- endfor %}
        {{ epoch_seconds('events.occurred_at') }} as place,
        stretches.streak_started_at,
        stretches.streak_started_at as split_started_at,
        cast(0 as double precision) as part_number,
        case when events.occurred_at = stretches.started_at then stretches.gap_seconds end
            as gap_seconds
    from {{ relation }} as events
    inner join stretches on {{ lies_in_stretch('events', 'stretches') | indent(4) }}
    where stretches.is_plain

),

others as (

    select events.*
    from {{ relation }} as events
    inner join stretches on {{ lies_in_stretch('events', 'stretches') | indent(4) }}
    where
        not stretches.is_plain
        and events.occurred_at is not null

),

others_cut as (

    {{ cut_event_by_event('others') | indent(4) }}

)

select
    {{ told | join(', ') }},
    place,
    {{ cut | join(', ') }}
from plain
union all
select
    {{ told | join(', ') }},
    cast(place as double precision) as place,
    {{ cut | join(', ') }}
from others_cut
    {%- endif -%}
{%- endmacro %}
