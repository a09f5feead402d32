{#- The UTC time at which a date begins in the reporting time zone. -#}
{% macro local_midnight(date) -%}
    {{ return(adapter.dispatch('local_midnight', 'habitue')(date)) }}
{%- endmacro %}

{% macro default__local_midnight(date) -%}
    {{ exceptions.raise_compiler_error('local_midnight is not written for ' ~ target.type) }}
{%- endmacro %}

{% macro duckdb__local_midnight(date) -%}
    {%- if var('reporting_time_zone') == 'UTC' -%}
        cast({{ date }} as timestamp)
    {%- else -%}
        timezone(
            'UTC', timezone('{{ var("reporting_time_zone") }}', cast({{ date }} as timestamp))
        )
    {%- endif -%}
{%- endmacro %}
