{#- The compressed ledger of journeys: what follows on what, per customer and month.
    What is told of transitions comes from it, so that the steps are read once. -#}
{{ config(materialized='table') }}
with

journeys as (

    select * from {{ ref('int_journeys__measured') }}

),

transitions as (

    {{ select_transitions(ref('int_journey_steps__numbered')) | indent(4) }}

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
        cast(
            sum(
                case
                    when transitions.step_number < journeys.last_conversion_step then 1
                    else 0
                end
            ) as bigint
        ) as converted_count
    from transitions
    inner join journeys
        on transitions.level = journeys.level
        and transitions.journey_id = journeys.journey_id
    group by 1, 2, 3, 4, 5, 6, 7, 8

)

select * from counted
