{#- Whether a date is a Saturday or a Sunday. -#}
{% macro is_weekend(date) -%}
    {{ return(adapter.dispatch('is_weekend', 'habitue')(date)) }}
{%- endmacro %}

{% macro default__is_weekend(date) -%}
    {{ exceptions.raise_compiler_error('is_weekend is not written for ' ~ target.type) }}
{%- endmacro %}

{% macro duckdb__is_weekend(date) -%}
    extract('isodow' from {{ date }}) >= 6
{%- endmacro %}

{% macro postgres__is_weekend(date) -%}
    extract(isodow from {{ date }}) >= 6
{%- endmacro %}

{% macro spark__is_weekend(date) -%}
    weekday({{ date }}) >= 5
{%- endmacro %}
