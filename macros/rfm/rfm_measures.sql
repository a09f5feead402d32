{#- What customers are scored on: measure -> name of its score. -#}
{% macro rfm_measures() -%}
    {{ return({
        'recency_days': 'recency', 'order_count': 'frequency', 'revenue': 'monetary',
    }) }}
{%- endmacro %}
