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
