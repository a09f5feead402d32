{#- The hours of a date in the reporting time zone: 24, but where the clocks change. -#}
{% macro local_day_hours(date) -%}
    {{ return(adapter.dispatch('local_day_hours', 'habitue')(date)) }}
{%- endmacro %}

{% macro default__local_day_hours(date) -%}
    {{ exceptions.raise_compiler_error(
        'local_day_hours is not written for ' ~ target.type
    ) }}
{%- endmacro %}

{% macro duckdb__local_day_hours(date) -%}
    {%- if var('reporting_time_zone') == 'UTC' -%}
        24.0
    {%- else -%}
        date_diff(
            'minute',
            timezone('{{ var("reporting_time_zone") }}', cast({{ date }} as timestamp)),
            timezone(
                '{{ var("reporting_time_zone") }}',
                cast({{ date }} as timestamp) + interval 1 day
            )
        ) / 60.0
    {%- endif -%}
{%- endmacro %}
