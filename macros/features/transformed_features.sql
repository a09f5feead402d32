{#- The features that segments are made of, transformed, one column each. -#}
{% macro transformed_features() -%}
    {%- for name, transform in var('segment_features').items() -%}
    {{ transformed_value(name, transform) }} as {{ name }}
    {%- if not loop.last %},
    {% endif %}
    {%- endfor -%}
{%- endmacro %}
