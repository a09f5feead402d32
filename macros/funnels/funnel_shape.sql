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

{#- The most steps that a funnel may have. -#}
{% macro most_funnel_steps() -%}
    {{ return(12) }}
{%- endmacro %}
