{#- The value of a column in the row with the highest position, null values skipped. -#}
{% macro value_at_latest(column, position) -%}
    {{ return(adapter.dispatch('value_at_latest', 'habitue')(column, position)) }}
{%- endmacro %}

{% macro default__value_at_latest(column, position) -%}
    {{ exceptions.raise_compiler_error('value_at_latest is not written for ' ~ target.type) }}
{%- endmacro %}

{% macro duckdb__value_at_latest(column, position) -%}
    arg_max({{ column }}, {{ position }})
{%- endmacro %}
