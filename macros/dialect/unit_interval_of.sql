{#- A number in [0, 1) that hangs on nothing but the text: the first 13 hex digits of
    its SHA-256 (52 bits, which a double holds exactly). Anybody can compute it, in any
    engine or language, and it must never change: customers are assigned by it. -#}
{% macro unit_interval_of(text) -%}
    {{ return(adapter.dispatch('unit_interval_of', 'habitue')(text)) }}
{%- endmacro %}

{% macro default__unit_interval_of(text) -%}
    {{ exceptions.raise_compiler_error(
        'unit_interval_of is not written for ' ~ target.type
    ) }}
{%- endmacro %}

{% macro duckdb__unit_interval_of(text) -%}
    (
        cast(
            cast('0x' || substr(sha256({{ text }}), 1, 13) as bigint) as double precision
        ) / 4503599627370496
    )
{%- endmacro %}
