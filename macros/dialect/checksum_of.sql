{#- A checksum of the rows of a group, whatever their order. -#}
{% macro checksum_of(columns) -%}
    {{ return(adapter.dispatch('checksum_of', 'habitue')(columns)) }}
{%- endmacro %}

{% macro default__checksum_of(columns) -%}
    {{ exceptions.raise_compiler_error('checksum_of is not written for ' ~ target.type) }}
{%- endmacro %}

{% macro duckdb__checksum_of(columns) -%}
    count(*) || ' rows ' || bit_xor(hash({{ columns | join(', ') }}))
{%- endmacro %}
