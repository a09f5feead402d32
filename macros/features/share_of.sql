{#- One number over another, null where there is nothing to divide by. -#}
{% macro share_of(part, whole) -%}
    cast({{ part }} as double precision)
    / nullif(cast({{ whole }} as double precision), 0)
{%- endmacro %}
