{#- The number of a step is part of where a flow is, so nothing ever flows back. Journeys
    that are longer than what is told go on, where the last step is left. -#}
{%- set most = var('journey_flow_steps') -%}
{%- set end -%}
case when is_converted then '(conversion)' else '(dropped)' end
{%- endset -%}
with

counted as (

    {%- for number in range(0, most + 1) %}
    select
        level,
        segment_id,
        {{ number }} as step_number,
        {{ 'state_' ~ number if number > 0 else "'(start)'" }} as state,
        case
            {%- if number < most %}
            when told_count > {{ number }} then state_{{ number + 1 }}
            {%- else %}
            when told_count > {{ number }} then '(goes on)'
            {%- endif %}
            else {{ end }}
        end as next_state,
        told_count > {{ number }} as goes_on,
        count(*) as journey_count
    from {{ ref('int_journey_paths__widened') }}
    where told_count >= {{ number }}
    group by 1, 2, 3, 4, 5, 6
    {% if not loop.last %}union all{% endif %}
    {%- endfor %}

),

told as (

    {%- for segment_id in ['segment_id', 'cast(null as bigint)'] %}
    select
        level,
        {{ segment_id }} as segment_id,
        step_number,
        state,
        next_state,
        goes_on,
        journey_count
    from counted
    {%- if segment_id == 'segment_id' %}
    where segment_id is not null
    union all
    {%- endif %}
    {%- endfor %}

),

ranked as (

    select
        level,
        segment_id,
        step_number,
        state,
        row_number() over (
            partition by level, segment_id, step_number
            order by sum(journey_count) desc, state asc
        ) as place
    from told
    where state != '(other)'
    group by 1, 2, 3, 4

),

named as (

    select
        told.level,
        told.segment_id,
        told.step_number,
        case when states.place <= {{ var('journey_flow_states') }} then told.state
            else '(other)' end as state,
        case
            when
                not told.goes_on
                or told.step_number = {{ most }}
                or next_states.place <= {{ var('journey_flow_states') }}
                then told.next_state
            else '(other)'
        end as next_state,
        sum(told.journey_count) as journey_count
    from told
    left join ranked as states
        on told.level = states.level
        and told.segment_id is not distinct from states.segment_id
        and told.step_number = states.step_number
        and told.state = states.state
    left join ranked as next_states
        on told.level = next_states.level
        and told.segment_id is not distinct from next_states.segment_id
        and told.step_number + 1 = next_states.step_number
        and told.next_state = next_states.state
    group by 1, 2, 3, 4, 5

)

select
    named.level,
    named.segment_id,
    audiences.segment_name,
    named.state,
    named.next_state,
    cast(named.step_number as bigint) as step_number,
    cast(named.journey_count as bigint) as journey_count,
    {{ ratio('named.journey_count', 'sum(named.journey_count) over (partition by '
        ~ 'named.level, named.segment_id, named.step_number, named.state)') }}
        as state_share
from named
left join {{ ref('int_audiences__listed') }} as audiences
    on named.segment_id is not distinct from audiences.segment_id
