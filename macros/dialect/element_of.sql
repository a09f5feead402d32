{#- An element of an array, counted from 1. -#}
{% macro element_of(array, position) -%}
    {{ return(adapter.dispatch('element_of', 'habitue')(array, position)) }}
{%- endmacro %}

{% macro default__element_of(array, position) -%}
    {{ exceptions.raise_compiler_error(
        'element_of is not written for ' ~ target.type
    ) }}
{%- endmacro %}

{% macro duckdb__element_of(array, position) -%}
    {{ array }}[{{ position }}]
{%- endmacro %}
