{#- The hour (0 to 23) of a UTC time in the reporting time zone. -#}
{% macro local_hour(column) -%}
    {{ return(adapter.dispatch('local_hour', 'habitue')(column)) }}
{%- endmacro %}

{% macro default__local_hour(column) -%}
    {{ exceptions.raise_compiler_error('local_hour is not written for ' ~ target.type) }}
{%- endmacro %}

{% macro duckdb__local_hour(column) -%}
    {%- if var('reporting_time_zone') == 'UTC' -%}
        extract('hour' from {{ column }})
    {%- else -%}
        extract('hour' from
            timezone('{{ var("reporting_time_zone") }}', timezone('UTC', {{ column }}))
        )
    {%- endif -%}
{%- endmacro %}
