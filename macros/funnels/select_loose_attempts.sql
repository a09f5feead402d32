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
