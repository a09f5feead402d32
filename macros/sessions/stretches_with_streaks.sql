{#- Visitors' stretches of the clock, as long as the timeout, with the streak that each
    one belongs to. A stretch is plain where the events of its streak are in order by
    their time alone and the cap cuts none of it. -#}
{% macro stretches_with_streaks(relation) -%}
    {%- set timeout = var('session_timeout_seconds') -%}
with

moments as (

    select
        visitor_id,
        occurred_at,
        lag(occurred_at) over (
            partition by visitor_id order by occurred_at
        ) as previous_at
    from {{ relation }}

),

stretches as (

    select
        visitor_id,
        {{ local_date('occurred_at') }} as activity_date,
        {{ stretch_of('occurred_at') }} as stretch_number,
        max(case when occurred_at = previous_at then 1 else 0 end) as has_ties,
        sum(
            case
                when occurred_at <= {{ seconds_after('previous_at', timeout) }}
                    then {{ capped_gap('previous_at', 'occurred_at') | indent(16) }}
            end
        ) as gap_seconds,
        min(occurred_at) as started_at,
        max(occurred_at) as ended_at
    from moments
    group by 1, 2, 3

),

ordered as (

    select
        *,
        lag(ended_at) over (
            partition by visitor_id order by started_at
        ) as previous_ended_at
    from stretches

),

streaked as (

    select
        *,
        max(
            case
                when previous_ended_at is null
                    or started_at > {{ seconds_after('previous_ended_at', timeout) }}
                    then started_at
            end
        ) over (
            partition by visitor_id order by started_at
            rows between unbounded preceding and current row
        ) as streak_started_at
    from ordered

),

others as (

    select
        visitor_id,
        streak_started_at
    from streaked
    group by 1, 2
    having
        max(has_ties) = 1
        or {{ part_of('max(ended_at)', 'streak_started_at') | indent(8) }} > 0

)

select
    streaked.visitor_id,
    streaked.activity_date,
    streaked.stretch_number,
    streaked.gap_seconds,
    others.visitor_id is null as is_plain,
    streaked.streak_started_at,
    streaked.started_at
from streaked
left join others
    on streaked.visitor_id = others.visitor_id
    and streaked.streak_started_at = others.streak_started_at
{%- endmacro %}
