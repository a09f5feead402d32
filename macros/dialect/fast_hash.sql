{#- A 64-bit hash of several columns, for finding repeats. It may differ between
    versions of the engine: never store it. -#}
{% macro fast_hash(columns) -%}
    {{ return(adapter.dispatch('fast_hash', 'habitue')(columns)) }}
{%- endmacro %}

{% macro default__fast_hash(columns) -%}
    {{ exceptions.raise_compiler_error('fast_hash is not written for ' ~ target.type) }}
{%- endmacro %}

{% macro duckdb__fast_hash(columns) -%}
    hash({{ columns | join(', ') }})
{%- endmacro %}
