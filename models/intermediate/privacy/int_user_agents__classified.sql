{#- Regular expressions run on distinct user agents only. An exception (a phone called
    CUBOT) outweighs a pattern. -#}
{{ config(materialized='table') }}
with

user_agents as (

    select
        user_agent_key,
        user_agent
    from {{ ref('user_agents') }}

),

patterns as (

    select * from {{ ref('bot_user_agents') }}

),

matched as (

    select
        user_agents.user_agent_key,
        max(case when patterns.is_exception then 1 else 0 end) as exception_count,
        max(case when not patterns.is_exception then 1 else 0 end) as pattern_count
    from user_agents
    inner join patterns
        on {{ matches_pattern('lower(user_agents.user_agent)', 'patterns.pattern') }}
    group by 1

),

classified as (

    select
        user_agents.user_agent_key,
        case
            when lower(user_agents.user_agent) like '%ipad%'
                or lower(user_agents.user_agent) like '%tablet%' then 'tablet'
            when lower(user_agents.user_agent) like '%mobi%'
                or lower(user_agents.user_agent) like '%android%' then 'mobile'
            else 'desktop'
        end as device_type,
        coalesce(matched.pattern_count > matched.exception_count, false) as is_bot
    from user_agents
    left join matched on user_agents.user_agent_key = matched.user_agent_key

)

select * from classified
