{#- A producer's name of an event in one spelling: lower case, words joined by `_`. -#}
{% macro event_name_of(column) -%}
    lower(replace(replace({{ column }}, ' ', '_'), '-', '_'))
{%- endmacro %}
