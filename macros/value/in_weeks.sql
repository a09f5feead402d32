{#- Days as weeks, the unit that models of orders are fitted in. -#}
{% macro in_weeks(days) -%}
    cast({{ days }} as double precision) / 7
{%- endmacro %}
