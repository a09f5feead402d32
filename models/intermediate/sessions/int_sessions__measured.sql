{#- The days of a session put together. Most sessions have one day, which is read as it
    is: putting together takes an engine longer than anything else here. -#}
{%- set firsts = ['client_session_id', 'landing_event_type', 'landing_event_name',
    'landing_page_path', 'user_agent_key'] -%}
{%- set lasts = ['user_key', 'exit_event_name', 'exit_page_path'] -%}
{%- set counts = ['event_count'] + counted_event_types().keys() | list -%}
{%- set rest = ['engaged_seconds', 'max_scroll_ratio', 'first_received_at', 'started_at',
    'ended_at'] -%}
with

of_one_day as (

    select
        session_id,
        visitor_id,
        {{ (lasts + firsts + traffic_columns() + counts + rest) | join(',\n        ') }}
    from {{ ref('int_session_days__engaged') }}
    where is_whole_session

),

of_several_days as (

    select
        session_id,
        visitor_id,
        {%- for name in lasts %}
        {{ value_at_latest(name, 'activity_date') }} as {{ name }},
        {%- endfor %}
        {%- for name in firsts %}
        {{ value_at_earliest(name, 'activity_date') }} as {{ name }},
        {%- endfor %}
        {%- for name in traffic_columns() %}
        nullif(
            {{ value_at_earliest(carried_together(name), 'activity_date') }}, ''
        ) as {{ name }},
        {%- endfor %}
        {%- for count in counts %}
        cast(sum({{ count }}) as bigint) as {{ count }},
        {%- endfor %}
        sum(engaged_seconds) as engaged_seconds,
        max(max_scroll_ratio) as max_scroll_ratio,
        min(first_received_at) as first_received_at,
        min(started_at) as started_at,
        max(ended_at) as ended_at
    from {{ ref('int_session_days__engaged') }}
    where not is_whole_session
    group by 1, 2

),

sessions as (

    select * from of_one_day
    union all
    select * from of_several_days

)

select
    sessions.*,
    user_agents.device_type
from sessions
left join {{ ref('int_user_agents__classified') }} as user_agents
    on sessions.user_agent_key = user_agents.user_agent_key
