{#- The number of a date's day in its year, 1 for the first of January. -#}
{% macro day_of_year(date) -%}
    {{ return(adapter.dispatch('day_of_year', 'habitue')(date)) }}
{%- endmacro %}

{% macro default__day_of_year(date) -%}
    {{ exceptions.raise_compiler_error('day_of_year is not written for ' ~ target.type) }}
{%- endmacro %}

{% macro duckdb__day_of_year(date) -%}
    extract('doy' from {{ date }})
{%- endmacro %}

{% macro postgres__day_of_year(date) -%}
    extract(doy from {{ date }})
{%- endmacro %}

{% macro spark__day_of_year(date) -%}
    dayofyear({{ date }})
{%- endmacro %}
