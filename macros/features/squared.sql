{#- The square of a number, as a floating point number. -#}
{% macro squared(value) -%}
    cast({{ value }} as double precision) * cast({{ value }} as double precision)
{%- endmacro %}
