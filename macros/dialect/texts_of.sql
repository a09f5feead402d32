{#- The values of a text column within a group, in alphabetical order, joined by commas;
    each once, if `distinct`. -#}
{% macro texts_of(column, distinct=false) -%}
    {{ return(adapter.dispatch('texts_of', 'habitue')(column, distinct)) }}
{%- endmacro %}

{% macro default__texts_of(column, distinct) -%}
    {{ exceptions.raise_compiler_error('texts_of is not written for ' ~ target.type) }}
{%- endmacro %}

{% macro duckdb__texts_of(column, distinct) -%}
    string_agg({{ 'distinct ' if distinct }}{{ column }}, ',' order by {{ column }})
{%- endmacro %}
