{#- The first day of a date's month, or of the month so many months before.
    Usage: {{ month_start('as_of_date', months_back=1) }} -#}
{% macro month_start(date, months_back=0) -%}
    {{ return(adapter.dispatch('month_start', 'habitue')(date, months_back)) }}
{%- endmacro %}

{% macro default__month_start(date, months_back) -%}
    {{ exceptions.raise_compiler_error('month_start is not written for ' ~ target.type) }}
{%- endmacro %}

{% macro duckdb__month_start(date, months_back) -%}
    cast(date_trunc('month', {{ date }}) - interval '{{ months_back }} month' as date)
{%- endmacro %}

{% macro postgres__month_start(date, months_back) -%}
    cast(date_trunc('month', {{ date }}) - interval '{{ months_back }} month' as date)
{%- endmacro %}

{% macro snowflake__month_start(date, months_back) -%}
    cast(dateadd(month, -{{ months_back }}, date_trunc('month', {{ date }})) as date)
{%- endmacro %}

{% macro spark__month_start(date, months_back) -%}
    cast(add_months(trunc({{ date }}, 'month'), -{{ months_back }}) as date)
{%- endmacro %}
