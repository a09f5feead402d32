{#- Seconds since 1970-01-01 UTC, with fractions. -#}
{% macro epoch_seconds(timestamp) -%}
    {{ return(adapter.dispatch('epoch_seconds', 'habitue')(timestamp)) }}
{%- endmacro %}

{% macro default__epoch_seconds(timestamp) -%}
    {{ exceptions.raise_compiler_error('epoch_seconds is not written for ' ~ target.type) }}
{%- endmacro %}

{% macro duckdb__epoch_seconds(timestamp) -%}
    epoch({{ timestamp }})
{%- endmacro %}
