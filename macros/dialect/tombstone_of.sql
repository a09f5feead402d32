{#- What is left of an identifier that was erased: HMAC-SHA256 over `erased:kind:value` under
    the vault's secret, which outlives every rotation of the pseudonym key; 64 hex digits. -#}
{% macro tombstone_of(kind, value) -%}
    {{ return(adapter.dispatch('tombstone_of', 'habitue')(kind, value)) }}
{%- endmacro %}

{% macro default__tombstone_of(kind, value) -%}
    {{ exceptions.raise_compiler_error('tombstone_of is not written for ' ~ target.type) }}
{%- endmacro %}

{% macro duckdb__tombstone_of(kind, value) -%}
    sha256(
        getvariable('habitue_secret_outer_key')
        || unhex(
            sha256(
                getvariable('habitue_secret_inner_key')
                || encode('erased:' || {{ kind }} || ':' || {{ value }})
            )
        )
    )
{%- endmacro %}
