{#- Events with the session that each one is in, by windows over whole rows: what every
    setting allows, and what is exact where several events share a moment. A run of
    activity without a gap longer than the timeout is a streak; midnights and campaigns
    cut a streak into splits where they are asked for, and the cap cuts every split into
    parts. All cuts are moments, so events at one moment stay together and sessions
    never overlap. The producer's own sessions are not cut (see within_session_cap). -#}
{% macro cut_event_by_event(relation) -%}
    {%- set is_client = uses_client_sessions() -%}
    {%- set is_split = var('session_midnight_split') or var('session_campaign_split') -%}
    {%- set start = 'split_started_at' if is_split else 'streak_started_at' -%}
    {%- set partition = 'visitor_id' ~ (', client_session_id' if is_client else '') -%}
with

in_time as (

    {{ within_session_cap(relation) | indent(4) }}

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
    from in_time

),

streaked as (

    select
        *,
        max(
            case
                {%- if is_client %}
                when client_session_id is not null then first_occurred_at
                {%- endif %}
                when previous_at is null then occurred_at
                when occurred_at > {{ seconds_after(
                    'previous_at', var('session_timeout_seconds')) }} then occurred_at
            end
        ) over (
            partition by {{ partition }} order by place
            rows between unbounded preceding and current row
        ) as streak_started_at
    from ordered

),

    {%- if is_split %}

split as (

    {{ split_streaks('streaked') | indent(4) }}

),
    {%- endif %}

parts as (

    select
        *,
        {%- if not is_split %}
        streak_started_at as split_started_at,
        {%- endif %}
        {{ part_of('occurred_at', start) }} as part_number,
        case
            when previous_at >= {{ start }}
                and {{ part_of('previous_at', start) }} = {{ part_of('occurred_at', start) }}
                then {{ capped_gap('previous_at', 'occurred_at') | indent(12) }}
        end as gap_seconds
    from {{ 'split' if is_split else 'streaked' }}

)

select * from parts
{%- endmacro %}
