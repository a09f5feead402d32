{#- A journey as one row: its first states side by side, so that flows and paths are
    counted without sorting steps again. What comes after a first conversion is left
    out; the same state again is no step, unless repeats are kept. -#}
{%- do require_sound_flow_settings() -%}
{%- set most = var('journey_flow_steps') -%}
{%- set before = 'partition by level, journey_id order by step_number' -%}
{{ config(materialized='table') }}
with

steps as (

    select
        level,
        journey_id,
        step_number,
        state,
        is_conversion
        {%- if not var('journey_ends_at_conversion') %},
        max(case when is_conversion then 1 else 0 end) over (
            {{ before }} rows between unbounded preceding and 1 preceding
        ) as is_after_conversion
        {%- endif %}
        {%- if var('journey_repeats') == 'collapsed' %},
        lag(state) over ({{ before }}) as previous_state
        {%- endif %}
    from {{ ref('int_journey_steps__numbered') }}

),

told as (

    select
        level,
        journey_id,
        state,
        {%- if var('journey_repeats') == 'collapsed'
            or not var('journey_ends_at_conversion') %}
        row_number() over ({{ before }}) as place
        {%- else %}
        step_number as place
        {%- endif %}
    from steps
    where
        not is_conversion
        {%- if not var('journey_ends_at_conversion') %}
        and coalesce(is_after_conversion, 0) = 0
        {%- endif %}
        {%- if var('journey_repeats') == 'collapsed' %}
        and (previous_state is null or previous_state != state)
        {%- endif %}

),

widened as (

    select
        level,
        journey_id,
        {%- for number in range(1, most + 1) %}
        max(case when place = {{ number }} then state end) as state_{{ number }},
        {%- endfor %}
        max(place) as told_count
    from told
    group by 1, 2

)

select
    journeys.level,
    journeys.journey_id,
    journeys.customer_id,
    journeys.segment_id,
    {%- for number in range(1, most + 1) %}
    widened.state_{{ number }},
    {%- endfor %}
    coalesce(widened.told_count, 0) as told_count,
    journeys.is_converted
from {{ ref('int_journeys__measured') }} as journeys
left join widened
    on journeys.level = widened.level and journeys.journey_id = widened.journey_id
