{#- One row per transition of the journeys whose steps are in a relation: from the start,
    between steps, and into the drop where no conversion ended it. -#}
{% macro select_transitions(steps) -%}
with

named as (

    select
        level,
        journey_id,
        step_number,
        case when is_conversion then '(conversion)' else state end as state
    from {{ steps }}

),

sequenced as (

    select
        level,
        journey_id,
        step_number,
        coalesce(lag(state) over (
            partition by level, journey_id order by step_number
        ), '(start)') as previous_state,
        state,
        coalesce(lead(state) over (
            partition by level, journey_id order by step_number
        ), '(dropped)') as next_state
    from named

),

begun as (

    select
        level,
        journey_id,
        0 as step_number,
        cast(null as varchar) as previous_state,
        '(start)' as state,
        state as next_state
    from named
    where step_number = 1

)

select * from sequenced
{%- if var('journey_ends_at_conversion') %}
where state != '(conversion)'
{%- endif %}
union all
select * from begun
{%- endmacro %}
