{#- A date so many days later, as a date. -#}
{% macro days_after(date, days) -%}
    {{ return(adapter.dispatch('days_after', 'habitue')(date, days)) }}
{%- endmacro %}

{% macro default__days_after(date, days) -%}
    {{ exceptions.raise_compiler_error('days_after is not written for ' ~ target.type) }}
{%- endmacro %}

{% macro duckdb__days_after(date, days) -%}
    cast({{ date }} + to_days(cast({{ days }} as integer)) as date)
{%- endmacro %}
