{#- The one pass over the events: visitor sessions (cut_into_sessions), cut once more by
    day of the reporting time zone, so that nothing after a midnight can be read into
    the day before. -#}
{{ config(
    materialized='incremental',
    incremental_strategy='append',
    pre_hook="{{ forget_touched_sessions() }}",
) }}
{%- do require_known_time_zone() %}
{%- set is_client = uses_client_sessions() %}
{%- set session_key = 'client_session_id' if is_client else "''" %}
{%- set started = 'split_started_at' if not is_client
    else 'case when client_session_id is null then split_started_at end' %}
{%- set heartbeat = var('heartbeat_seconds') %}
{%- set first_values = ['client_session_id', 'user_agent_key'] %}
{%- set is_partial = is_incremental() and not touches_everything() %}
{%- set columns = ['user_key', 'event_type', 'event_name', 'page_path', 'scroll_ratio',
    'received_at'] + first_values + traffic_columns() %}
-- depends_on: {{ ref('int_visitor_days__touched') }}
with
{%- if is_partial %}

events as (

    select accepted.*
    from {{ ref('int_events__accepted') }} as accepted
    {%- set earliest = earliest_to_measure() %}
    inner join ({{ touched_visitors() }}) as touched
        on accepted.visitor_id = touched.visitor_id
    left join (
        select visitor_id, max(ended_at) as settled_until from {{ this }} group by 1
    ) as settled
        on accepted.visitor_id = settled.visitor_id
    where
        accepted.activity_date >= cast(timestamp '{{ earliest }}' as date)
        and accepted.occurred_at >= timestamp '{{ earliest }}'
        and (
            settled.settled_until is null
            or accepted.occurred_at > settled.settled_until
        )

),
{%- endif %}

cut as (

    {{ cut_into_sessions(
        'events' if is_partial else ref('int_events__accepted'), columns
    ) | indent(4) }}

),

measured as (

    select
        {{ key_of(['visitor_id', session_key, started, 'part_number']) }} as session_id,
        visitor_id,
        {{ local_date('occurred_at') }} as activity_date,
        streak_started_at,
        {{ value_at_latest('user_key', 'place') }} as user_key,
        {%- for name in first_values %}
        {{ value_at_earliest(name, 'place') }} as {{ name }},
        {%- endfor %}
        {{ value_at_earliest('event_type', 'place') }} as landing_event_type,
        {{ value_at_earliest('event_name', 'place') }} as landing_event_name,
        {{ value_at_latest('event_name', 'place') }} as exit_event_name,
        {{ value_at_earliest('page_path', 'place') }} as landing_page_path,
        {{ value_at_latest('page_path', 'place') }} as exit_page_path,
        {%- for name in traffic_columns() %}
        nullif({{ value_at_earliest(carried_together(name), 'place') }}, '') as {{ name }},
        {%- endfor %}
        count(*) as event_count,
        {%- for name, types in counted_event_types().items() %}
        count(case when event_type in ('{{ types | join("', '") }}') then 1 end)
            as {{ name }},
        {%- endfor %}
        {{ distinct_count_of(
            'floor(' ~ epoch_seconds('occurred_at') ~ ' / ' ~ heartbeat ~ ')',
            "event_type = 'page_ping'") }} * {{ heartbeat }} as heartbeat_seconds,
        sum(gap_seconds) as gap_seconds,
        max(case
            when scroll_ratio > 1 then 1 when scroll_ratio < 0 then 0 else scroll_ratio
        end) as max_scroll_ratio,
        min(coalesce(received_at, occurred_at)) as first_received_at,
        min(occurred_at) as started_at,
        max(occurred_at) as ended_at
    from cut
    group by
        visitor_id, streak_started_at, split_started_at, part_number,
        {{ local_date('occurred_at') }}{{ ', client_session_id' if is_client }}

)

select * from measured
