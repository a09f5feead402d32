{#- The calendar date of a UTC time in the reporting time zone, whatever the clocks did
    there that day. -#}
{% macro local_date(column) -%}
    {{ return(adapter.dispatch('local_date', 'habitue')(column)) }}
{%- endmacro %}

{% macro default__local_date(column) -%}
    {{ exceptions.raise_compiler_error('local_date is not written for ' ~ target.type) }}
{%- endmacro %}

{% macro duckdb__local_date(column) -%}
    {%- if var('reporting_time_zone') == 'UTC' -%}
        cast({{ column }} as date)
    {%- else -%}
        cast(
            timezone('{{ var("reporting_time_zone") }}', timezone('UTC', {{ column }}))
            as date
        )
    {%- endif -%}
{%- endmacro %}
