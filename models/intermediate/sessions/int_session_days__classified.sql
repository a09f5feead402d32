{#- Session days with how the session came, on what device and at what hour: what is
    counted per day of a customer. The user is the one known in the session, so identity
    is joined later and a merge of two customers rewrites nothing here. -#}
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

)

select * from session_days
