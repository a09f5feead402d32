{#- One number over another, 0 where there is nothing to divide by. -#}
{% macro ratio(part, whole) -%}
    coalesce(
        cast({{ part }} as double precision)
        / nullif(cast({{ whole }} as double precision), 0), 0
    )
{%- endmacro %}
