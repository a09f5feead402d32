{#- The Monday of a date's week. -#}
{% macro week_start(date) -%}
    {{ return(adapter.dispatch('week_start', 'habitue')(date)) }}
{%- endmacro %}

{% macro default__week_start(date) -%}
    {{ exceptions.raise_compiler_error('week_start is not written for ' ~ target.type) }}
{%- endmacro %}

{% macro duckdb__week_start(date) -%}
    cast(date_trunc('week', {{ date }}) as date)
{%- endmacro %}

{% macro postgres__week_start(date) -%}
    cast(date_trunc('week', {{ date }}) as date)
{%- endmacro %}

{% macro spark__week_start(date) -%}
    cast(date_trunc('week', {{ date }}) as date)
{%- endmacro %}
