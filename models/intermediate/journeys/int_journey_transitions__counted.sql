{#- The compressed ledger of journeys: what follows on what, per customer and month.
    Everything told of transitions comes from it, so the steps are read once. -#}
{%- set ends = var('journey_ends_at_conversion') -%}
{%- set told = 'case when steps.is_conversion then \'(conversion)\' else steps.state end' -%}
{{ config(materialized='table') }}
with

journeys as (

    select * from {{ ref('int_journeys__measured') }}

),

sequenced as (

    select
        steps.level,
        steps.journey_id,
        steps.step_number,
        {{ told }} as state,
        coalesce(lag({{ told }}) over (
            partition by steps.level, steps.journey_id order by steps.step_number
        ), '(start)') as previous_state,
        coalesce(lead({{ told }}) over (
            partition by steps.level, steps.journey_id order by steps.step_number
        ), '(dropped)') as next_state
    from {{ ref('int_journey_steps__numbered') }} as steps

),

begun as (

    select
        steps.level,
        steps.journey_id,
        0 as step_number,
        '(start)' as state,
        cast(null as varchar) as previous_state,
        {{ told }} as next_state
    from {{ ref('int_journey_steps__numbered') }} as steps
    where steps.step_number = 1

),

transitions as (

    select * from sequenced
    {%- if ends %}
    where state != '(conversion)'
    {%- endif %}
    union all
    select * from begun

),

counted as (

    select
        transitions.level,
        journeys.customer_id,
        journeys.segment_id,
        journeys.bag,
        journeys.period_start,
        transitions.previous_state,
        transitions.state,
        transitions.next_state,
        count(*) as transition_count,
        sum(
            case
                when transitions.step_number < journeys.last_conversion_step then 1
                else 0
            end
        ) as converted_count
    from transitions
    inner join journeys
        on transitions.level = journeys.level
        and transitions.journey_id = journeys.journey_id
    group by 1, 2, 3, 4, 5, 6, 7, 8

)

select * from counted
