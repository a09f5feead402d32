{#- The one pass over the events: visitor sessions, cut by UTC day so that nothing
    after a midnight can be read into the day before. A gap of exactly the timeout
    stays together; a streak of activity without a gap is cut every three days
    (session_cap_days). -#}
{{ config(
    materialized='incremental',
    incremental_strategy='append',
    pre_hook="{{ forget_touched_sessions() }}",
) }}
{%- set session_key = 'client_session_id' if uses_client_sessions() else "''" -%}
{%- set partition = 'visitor_id, ' ~ session_key -%}
{%- set cap = var('session_cap_days') * 86400 %}
-- depends_on: {{ ref('int_visitor_days__touched') }}
with

events as (

    select * from {{ ref('int_events__accepted') }} as accepted
    {%- if is_incremental() and not touches_everything() %}
    inner join ({{ touched_visitors() }}) as touched using (visitor_id)
    left join (
        select visitor_id, max(ended_at) as settled_until from {{ this }} group by 1
    ) as settled using (visitor_id)
    where settled.settled_until is null or accepted.occurred_at > settled.settled_until
    {%- endif %}

),

ordered as (

    select
        *,
        row_number() over (
            partition by {{ partition }} order by occurred_at, source, event_id
        ) as place,
        lag(occurred_at) over (
            partition by {{ partition }} order by occurred_at, source, event_id
        ) as previous_at
    from events

),

streaked as (

    select
        *,
        max(
            case
                when previous_at is null then occurred_at
                {%- if uses_client_sessions() %}
                when client_session_id is not null then null
                {%- endif %}
                when occurred_at > {{ seconds_after(
                    'previous_at', var('session_timeout_seconds')) }} then occurred_at
            end
        ) over (
            partition by {{ partition }} order by place
            rows between unbounded preceding and current row
        ) as streak_started_at
    from ordered

),

parts as (

    select
        *,
        floor(
            ({{ epoch_seconds('occurred_at') }} - {{ epoch_seconds('streak_started_at') }})
            / {{ cap }}
        ) as part_number,
        case
            when previous_at >= streak_started_at
                then {{ exact_seconds_between('previous_at', 'occurred_at') }}
        end as gap_seconds
    from streaked
    {%- if uses_client_sessions() %}
    where
        client_session_id is null
        or occurred_at <= {{ seconds_after('streak_started_at', cap) }}
    {%- endif %}

),

measured as (

    select
        {{ key_of(['visitor_id', session_key, 'streak_started_at', 'part_number']) }}
            as session_id,
        visitor_id,
        activity_date,
        streak_started_at,
        {{ value_at_latest('user_key', 'place') }} as user_key,
        {{ value_at_earliest('client_session_id', 'place') }} as client_session_id,
        {{ value_at_earliest('page_path', 'place') }} as landing_page_path,
        {{ value_at_latest('page_path', 'place') }} as exit_page_path,
        {{ value_at_earliest('referrer_host', 'place') }} as referrer_host,
        {{ value_at_earliest('utm_source', 'place') }} as utm_source,
        {{ value_at_earliest('utm_medium', 'place') }} as utm_medium,
        {{ value_at_earliest('utm_campaign', 'place') }} as utm_campaign,
        {{ value_at_earliest('user_agent_key', 'place') }} as user_agent_key,
        count(*) as event_count,
        {%- for name, types in counted_event_types().items() %}
        sum(case when event_type in ('{{ types | join("', '") }}') then 1 else 0 end)
            as {{ name }},
        {%- endfor %}
        count(distinct case
            when event_type = 'page_ping'
                then floor({{ epoch_seconds('occurred_at') }} / 10)
        end) * 10 as heartbeat_seconds,
        sum(case when gap_seconds > 60 then 60 else gap_seconds end) as gap_seconds,
        min(occurred_at) as started_at,
        max(occurred_at) as ended_at
    from parts
    group by
        visitor_id, streak_started_at, part_number, activity_date, {{ session_key }}

)

select * from measured
