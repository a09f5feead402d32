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
