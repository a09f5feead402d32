{#- A value that the connection was given when it was opened. -#}
{% macro session_value(name) -%}
    {{ return(adapter.dispatch('session_value', 'habitue')(name)) }}
{%- endmacro %}

{% macro default__session_value(name) -%}
    {{ exceptions.raise_compiler_error('session_value is not written for ' ~ target.type) }}
{%- endmacro %}

{% macro duckdb__session_value(name) -%}
    getvariable('habitue_{{ name }}')
{%- endmacro %}
