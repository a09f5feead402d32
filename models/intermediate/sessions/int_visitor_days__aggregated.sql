{#- The compressed ledger of behaviour: every windowed feature is computed from it.
    The user is the one known in the session, so identity is joined later and a
    merge of two customers rewrites nothing here. -#}
{%- set counts = ['event_count'] + counted_event_types().keys() | list -%}
with

session_days as (

    select
        days.*,
        traffic.traffic_channel,
        user_agents.device_type,
        {{ local_hour('days.started_at') }} as started_hour
    from {{ ref('int_session_days__engaged') }} as days
    left join {{ ref('int_traffic_sources__classified') }} as traffic
        on days.referrer_host is not distinct from traffic.referrer_host
        and days.utm_source is not distinct from traffic.utm_source
        and days.utm_medium is not distinct from traffic.utm_medium
        and (days.utm_campaign is not null) = traffic.has_campaign
    left join {{ ref('int_user_agents__classified') }} as user_agents
        on days.user_agent_key = user_agents.user_agent_key

),

visitor_days as (

    select
        visitor_id,
        user_key,
        activity_date,
        sum(case when is_first_day then 1 else 0 end) as session_count,
        {%- for count in counts %}
        sum({{ count }}) as {{ count }},
        {%- endfor %}
        {%- for count, condition in session_mix().items() %}
        sum(case when is_first_day and {{ condition }} then 1 else 0 end) as {{ count }},
        {%- endfor %}
        sum(engaged_seconds) as engaged_seconds,
        max(ended_at) as ended_at
    from session_days
    group by visitor_id, user_key, activity_date{{ time_of_holder('ended_at') }}

)

select * from visitor_days
