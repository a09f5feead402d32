{#- The digits of a text. -#}
{% macro digits_of(text) -%}
    {{ return(adapter.dispatch('digits_of', 'habitue')(text)) }}
{%- endmacro %}

{% macro default__digits_of(text) -%}
    {{ exceptions.raise_compiler_error('digits_of is not written for ' ~ target.type) }}
{%- endmacro %}

{% macro duckdb__digits_of(text) -%}
    regexp_replace({{ text }}, '[^0-9]', '', 'g')
{%- endmacro %}
