{#- The median of a column within a group. -#}
{% macro median_of(column) -%}
    {{ return(adapter.dispatch('median_of', 'habitue')(column)) }}
{%- endmacro %}

{% macro default__median_of(column) -%}
    {{ exceptions.raise_compiler_error('median_of is not written for ' ~ target.type) }}
{%- endmacro %}

{% macro duckdb__median_of(column) -%}
    median({{ column }})
{%- endmacro %}
