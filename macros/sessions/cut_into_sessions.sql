{#- Events with the session that each one is in. A run of activity without a gap longer
    than the timeout is a streak; midnights and campaigns cut a streak into splits where
    they are asked for, and the cap cuts every split into parts. All cuts are moments, so
    events at one moment stay together and sessions never overlap. The producer's own
    sessions are not cut (see within_session_cap). -#}
{% macro cut_into_sessions(relation) -%}
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
                then {{ exact_seconds_between('previous_at', 'occurred_at') }}
        end as gap_seconds
    from {{ 'split' if is_split else 'streaked' }}

)

select * from parts
{%- endmacro %}

{#- The part of a split that a time lies in, counted by the cap. -#}
{% macro part_of(time, start) -%}
    {%- if uses_client_sessions() -%}
    case
            when client_session_id is null
                then floor(({{ epoch_seconds(time) }} - {{ epoch_seconds(start) }})
                    / {{ var('session_cap_days') * 86400 }})
            else 0
        end
    {%- else -%}
    floor(({{ epoch_seconds(time) }} - {{ epoch_seconds(start) }})
            / {{ var('session_cap_days') * 86400 }})
    {%- endif -%}
{%- endmacro %}

{#- The start of the split that each event of a streak lies in. A session without a
    campaign takes on the first that comes; another one than it last had starts a new
    session. -#}
{% macro split_streaks(relation) -%}
    {%- set is_midnight = var('session_midnight_split') -%}
    {%- set is_campaign = var('session_campaign_split') -%}
    {%- set day = [local_date('occurred_at')] if is_midnight else [] -%}
    {%- set streak = ['visitor_id', 'streak_started_at'] -%}
select
    *,
    max(
        case
            when occurred_at = streak_started_at then occurred_at
            {%- if is_midnight %}
            when {{ local_date('occurred_at') }} != {{ local_date('previous_at') }}
                then occurred_at
            {%- endif %}
            {%- if is_campaign %}
            when campaign != previous_campaign then occurred_at
            {%- endif %}
        end
    ) over (partition by {{ streak | join(', ') }} order by occurred_at)
        as split_started_at
    {%- if is_campaign %}
from (
    select
        *,
        lag(campaign) over (
            partition by {{ (streak + day + ['campaign is null']) | join(', ') }}
            order by place
        ) as previous_campaign
    from (
        select
            *,
            {{ campaign_text() | indent(8) }} as campaign
        from {{ relation }}
    ) as named
) as compared
    {%- else %}
from {{ relation }}
    {%- endif %}
{%- endmacro %}
