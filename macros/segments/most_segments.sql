{#- The slots of the wide parameter row: no model may have more segments. -#}
{% macro most_segments() -%}
    {{ return(12) }}
{%- endmacro %}
