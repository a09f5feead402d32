{#- What the funnels ask for, known once their seed is there: how many steps the longest
    has, and whether one is strict over all journeys of a customer. -#}
{% macro funnel_shape() -%}
    {%- set seed = ref('funnel_steps') -%}
    {%- set found = load_relation(seed) if execute else none -%}
    {%- if not found -%}
        {{ return({'most_steps': 2, 'is_strict': false}) }}
    {%- endif -%}
    {%- set shape = run_query(
        "select coalesce(max(step_number), 2), coalesce(max(case when "
        ~ "step_order = 'strict' and counted = 'customer' then 1 else 0 end), 0) from "
        ~ seed
    ).rows[0] -%}
    {{ return({
        'most_steps': [[shape[0] | int, 2] | max, most_funnel_steps()] | min,
        'is_strict': shape[1] == 1,
    }) }}
{%- endmacro %}

{#- Loose order: others may lie between. From step to step, the latest start of an attempt
    that is still within the window is handed on, so that a step counts if any attempt
    leads there, and its times are those of the shortest. A step that could be two is
    never both at once: of one event, later steps come first. -#}
{% macro select_loose_attempts(matched, most_steps) -%}
with

attempts_1 as (

    select
        *,
        case when step_number = 1 then occurred_at end as started_at,
        cast(null as timestamp) as previous_at
    from {{ matched }}
    where step_order = 'loose'

)
{%- for number in range(2, most_steps + 1) %},

candidates_{{ number }} as (

    select
        *,
        max(case when step_number = {{ number - 1 }} then started_at end) over (
            {{ funnel_order() }} rows between unbounded preceding and 1 preceding
        ) as latest_start,
        max(case when step_number = {{ number - 1 }} and started_at is not null
            then occurred_at end) over (
            {{ funnel_order() }} rows between unbounded preceding and 1 preceding
        ) as latest_step
    from attempts_{{ number - 1 }}

),

attempts_{{ number }} as (

    select
        funnel_name,
        step_order,
        window_days,
        unit_id,
        customer_id,
        step_number,
        place,
        occurred_at,
        case
            when step_number != {{ number }} then started_at
            when {{ within_window('latest_start') }} then latest_start
        end as started_at,
        case when step_number = {{ number }} then latest_step else previous_at end
            as previous_at
    from candidates_{{ number }}

)
{%- endfor %}

select
    funnel_name,
    unit_id,
    customer_id,
    step_number,
    place,
    occurred_at,
    started_at,
    previous_at
from attempts_{{ most_steps }}
where started_at is not null
{%- endmacro %}

{#- Strict order: steps of one attempt stand side by side, so that place minus number is
    the same for all of them. -#}
{% macro select_strict_attempts(matched) -%}
{%- set attempt -%}
partition by funnel_name, unit_id, place - step_number order by step_number
{%- endset -%}
with

attempts as (

    select
        *,
        row_number() over ({{ attempt }}) as reached_number,
        min(occurred_at) over ({{ attempt }}) as latest_start,
        lag(occurred_at) over ({{ attempt }}) as previous_at
    from {{ matched }}
    where step_order = 'strict'

)

select
    funnel_name,
    unit_id,
    customer_id,
    step_number,
    place,
    occurred_at,
    latest_start as started_at,
    previous_at
from attempts
where reached_number = step_number and {{ within_window('latest_start') }}
{%- endmacro %}

{#- Any order: at each event, when each step was last taken; a number of steps is reached
    where all up to it were, and the window holds them. -#}
{% macro select_unordered_attempts(matched, most_steps) -%}
with

recent as (

    select
        *
        {%- for number in range(1, most_steps + 1) %},
        max(case when step_number = {{ number }} then occurred_at end) over (
            {{ funnel_order() }} rows between unbounded preceding and current row
        ) as last_{{ number }}
        {%- endfor %}
    from {{ matched }}
    where step_order = 'any'

),

attempts as (

    {%- for number in range(1, most_steps + 1) %}
    select
        funnel_name,
        unit_id,
        customer_id,
        {{ number }} as step_number,
        place,
        window_days,
        occurred_at,
        case
            when last_1 is not null
            {%- for other in range(2, number + 1) %} and last_{{ other }} is not null
            {%- endfor %}
                then {% if number > 1 %}least(
                {%- for other in range(1, number + 1) -%}
                last_{{ other }}{% if not loop.last %}, {% endif %}
                {%- endfor -%}
                ){% else %}last_1{% endif %}
        end as latest_start
    from recent
    where step_number <= {{ number }}
    {% if not loop.last %}union all{% endif %}
    {%- endfor %}

)

select
    funnel_name,
    unit_id,
    customer_id,
    step_number,
    place,
    occurred_at,
    latest_start as started_at,
    cast(null as timestamp) as previous_at
from attempts
where {{ within_window('latest_start') }}
{%- endmacro %}

{% macro funnel_order() -%}
    partition by funnel_name, unit_id order by occurred_at, place, step_number desc
{%- endmacro %}

{#- A step at the last moment of the window counts. -#}
{% macro within_window(start) -%}
    ({{ start }} is not null and (
        window_days is null
        or {{ exact_seconds_between(start, 'occurred_at') }} <= window_days * 86400
    ))
{%- endmacro %}

{#- Whether an event of this kind, a type and a state, is a step of a funnel. -#}
{% macro is_funnel_step(funnels, kinds) -%}
    {{ funnels }}.step = case
        when {{ funnels }}.step_kind = 'state' then {{ kinds }}.state
        else {{ kinds }}.event_type
    end
{%- endmacro %}
