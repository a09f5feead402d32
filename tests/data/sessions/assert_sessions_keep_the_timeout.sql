-- Two sessions of a visitor lie further apart than the timeout, unless the cap or a
-- split cut one streak in two; parts of one session never do; and no session outlasts
-- the cap, or the day where midnight splits. This also keeps the join of events to
-- sessions from finding two.
{%- set timeout = var('session_timeout_seconds') %}
{%- set cap = var('session_cap_days') * 86400 %}
with

parts as (

    select
        visitor_id,
        session_id,
        streak_started_at,
        started_at,
        ended_at,
        lag(session_id) over (
            partition by visitor_id order by started_at, activity_date
        ) as previous_session_id,
        lag(streak_started_at) over (
            partition by visitor_id order by started_at, activity_date
        ) as previous_streak_started_at,
        lag(ended_at) over (
            partition by visitor_id order by started_at, activity_date
        ) as previous_ended_at
    from {{ ref('int_session_days__measured') }}
    {%- if uses_client_sessions() %}
    where client_session_id is null
    {%- endif %}

),

broken as (

    select
        visitor_id,
        session_id,
        case
            when streak_started_at != previous_streak_started_at
                and started_at <= {{ seconds_after('previous_ended_at', timeout) }}
                then 'too close to the session before'
            when streak_started_at = previous_streak_started_at
                and started_at > {{ seconds_after('previous_ended_at', timeout) }}
                then 'a gap inside a streak'
            when session_id != previous_session_id and started_at <= previous_ended_at
                then 'overlaps the session before'
            {%- if var('session_midnight_split') %}
            when session_id = previous_session_id then 'runs over midnight'
            {%- endif %}
        end as defect
    from parts

),

sessions as (

    select
        visitor_id,
        session_id,
        case
            when ended_at > {{ seconds_after('started_at', cap) }}
                then 'longer than the cap'
        end as defect
    from {{ ref('sessions') }}
    {%- if uses_client_sessions() %}
    where client_session_id is null
    {%- endif %}

)

select * from broken
where defect is not null
union all
select * from sessions
where defect is not null
