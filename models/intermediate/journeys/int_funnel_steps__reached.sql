{#- A step is found by event type and state together, of which there are few pairs. A
    customer's own places are only numbered where a strict funnel needs them. -#}
{%- set shape = funnel_shape() -%}
{{ config(materialized='table', pre_hook="{{ require_sound_funnels() }}") }}
with

steps as (

    select
        {%- if shape.is_strict %}
        row_number() over (partition by customer_id order by occurred_at, place)
            as customer_place,
        {%- endif %}
        *
    from {{ ref('int_event_steps__numbered') }}

),

kinds as (

    select distinct
        event_type,
        state
    from {{ ref('int_event_steps__numbered') }}

),

funnel_steps as (

    select
        kinds.event_type,
        kinds.state,
        funnels.funnel_name,
        funnels.step_number,
        funnels.step_order,
        funnels.counted,
        funnels.window_days
    from kinds
    inner join {{ ref('funnel_steps') }} as funnels
        on {{ is_funnel_step('funnels', 'kinds') }}

),

matched as (

    select
        funnel_steps.funnel_name,
        funnel_steps.step_order,
        funnel_steps.window_days,
        case
            when funnel_steps.counted = 'journey' then steps.journey_id
            else steps.customer_id
        end as unit_id,
        steps.customer_id,
        funnel_steps.step_number,
        {%- if shape.is_strict %}
        case
            when funnel_steps.counted = 'journey' then steps.place
            else steps.customer_place
        end as place,
        {%- else %}
        steps.place,
        {%- endif %}
        steps.occurred_at
    from steps
    inner join funnel_steps
        on steps.event_type = funnel_steps.event_type
        and steps.state = funnel_steps.state

),

attempts as (

    select * from ({{ select_loose_attempts('matched', shape.most_steps) }}) as loose
    union all
    select * from ({{ select_strict_attempts('matched') }}) as strict
    union all
    select * from ({{ select_unordered_attempts('matched', shape.most_steps) }}) as free

),

ranked as (

    select
        *,
        row_number() over (
            partition by funnel_name, unit_id, step_number order by occurred_at, place
        ) as number_of_attempt
    from attempts

)

select
    funnel_name,
    unit_id,
    customer_id,
    cast(step_number as bigint) as step_number,
    {{ exact_seconds_between('started_at', 'occurred_at') }} as seconds_from_start,
    {{ exact_seconds_between('previous_at', 'occurred_at') }} as seconds_from_previous
from ranked
where number_of_attempt = 1
