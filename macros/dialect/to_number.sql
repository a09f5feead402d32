{#- A number with four decimals (money, quantities), null where the text is none. -#}
{% macro to_number(column) -%}
    {{ return(adapter.dispatch('to_number', 'habitue')(column)) }}
{%- endmacro %}

{% macro default__to_number(column) -%}
    {{ exceptions.raise_compiler_error('to_number is not written for ' ~ target.type) }}
{%- endmacro %}

{% macro duckdb__to_number(column) -%}
    try_cast({{ column }} as decimal(18, 4))
{%- endmacro %}
