{#- A query that gives a row when the engine knows a time zone by this name. -#}
{% macro known_time_zone(name) -%}
    {{ return(adapter.dispatch('known_time_zone', 'habitue')(name)) }}
{%- endmacro %}

{% macro default__known_time_zone(name) -%}
    {{ exceptions.raise_compiler_error('known_time_zone is not written for ' ~ target.type) }}
{%- endmacro %}

{% macro duckdb__known_time_zone(name) -%}
    select name from pg_timezone_names()
    where lower(name) = lower('{{ name | replace("'", "''") }}')
{%- endmacro %}
