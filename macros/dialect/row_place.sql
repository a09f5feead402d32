{#- Where a row stands in its table, as long as nothing is written to it. -#}
{% macro row_place() -%}
    {{ return(adapter.dispatch('row_place', 'habitue')()) }}
{%- endmacro %}

{% macro default__row_place() -%}
    {{ exceptions.raise_compiler_error('row_place is not written for ' ~ target.type) }}
{%- endmacro %}

{% macro duckdb__row_place() -%} rowid {%- endmacro %}
