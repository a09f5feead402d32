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
