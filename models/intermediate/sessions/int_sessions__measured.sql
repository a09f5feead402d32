{#- The days of a session put together. -#}
{%- set firsts = ['client_session_id', 'landing_page_path', 'referrer_host',
    'utm_source', 'utm_medium', 'utm_campaign', 'user_agent_key'] -%}
{%- set counts = ['event_count'] + counted_event_types().keys() | list -%}
with

session_days as (

    select *, {{ engaged_seconds() }} as engaged_seconds
    from {{ ref('int_session_days__measured') }}

),

sessions as (

    select
        session_id,
        visitor_id,
        {{ value_at_latest('user_key', 'activity_date') }} as user_key,
        {%- for name in firsts %}
        {{ value_at_earliest(name, 'activity_date') }} as {{ name }},
        {%- endfor %}
        {{ value_at_latest('exit_page_path', 'activity_date') }} as exit_page_path,
        {%- for count in counts %}
        sum({{ count }}) as {{ count }},
        {%- endfor %}
        sum(engaged_seconds) as engaged_seconds,
        min(started_at) as started_at,
        max(ended_at) as ended_at
    from session_days
    group by 1, 2

)

select
    sessions.*,
    user_agents.device_type
from sessions
left join {{ ref('int_user_agents__classified') }} as user_agents
    on sessions.user_agent_key = user_agents.user_agent_key
