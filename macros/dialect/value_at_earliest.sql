{#- The value of a column in the row with the lowest position, null values skipped. -#}
{% macro value_at_earliest(column, position) -%}
    {{ return(adapter.dispatch('value_at_earliest', 'habitue')(column, position)) }}
{%- endmacro %}

{% macro default__value_at_earliest(column, position) -%}
    {{ exceptions.raise_compiler_error('value_at_earliest is not written for ' ~ target.type) }}
{%- endmacro %}

{% macro duckdb__value_at_earliest(column, position) -%}
    arg_min({{ column }}, {{ position }})
{%- endmacro %}
