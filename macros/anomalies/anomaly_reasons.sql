{#- The features that set a row apart, the first three, as columns. -#}
{% macro anomaly_reasons(relation) -%}
    {%- for place in ['first', 'second', 'third'] -%}
    {%- for name in ['reason', 'feature', 'direction', 'value', 'typical_value',
        'contribution'] -%}
    {{ relation }}.{{ place }}_{{ name }}{% if not loop.last %},
    {% endif %}
    {%- endfor -%}
    {%- if not loop.last %},
    {% endif %}
    {%- endfor -%}
{%- endmacro %}
