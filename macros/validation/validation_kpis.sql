{#- The outcomes that segments are judged by: what is added up (part) and what it is
    told per (base), for columns active_days, session_count, order_count, revenue of the
    window, and recency_days before it. src/habitue/validation/kpis.py has the same. -#}
{% macro validation_kpis(window_days) -%}
    {%- set was_active = 'case when recency_days <= ' ~ window_days
        ~ ' then 1 else 0 end' -%}
    {{ return({
        'conversion': {
            'part': 'case when order_count > 0 then 1 else 0 end', 'base': '1',
        },
        'order_value': {
            'part': 'case when order_count > 0 then revenue else 0 end',
            'base': 'order_count',
        },
        'revenue': {'part': 'revenue', 'base': '1'},
        'retention': {
            'part': 'case when active_days > 0 then 1 else 0 end', 'base': '1',
        },
        'churn': {
            'part': 'case when active_days = 0 then ' ~ was_active ~ ' else 0 end',
            'base': was_active,
        },
        'session_count': {'part': 'session_count', 'base': '1'},
    }) }}
{%- endmacro %}

{#- The windows of outcomes that may be used: validation_days, and the shorter ones that
    stand in while no date has been followed for so long. -#}
{% macro validation_windows() -%}
    {%- if var('validation_days') not in [30, 60, 90] -%}
        {{ exceptions.raise_compiler_error(
            "validation_days is " ~ var('validation_days')
            ~ "; it must be 30, 60 or 90."
        ) }}
    {%- endif -%}
    {{ return([30, 60, 90] | select('le', var('validation_days')) | list) }}
{%- endmacro %}
