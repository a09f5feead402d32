{#- HMAC-SHA256 over `kind:value`, its first 128 bits as a UUID (RFC 2104). The padded
    keys are session variables, so the key is never part of the SQL. -#}
{% macro pseudonym_of(kind, value) -%}
    {{ return(adapter.dispatch('pseudonym_of', 'habitue')(kind, value)) }}
{%- endmacro %}

{% macro default__pseudonym_of(kind, value) -%}
    {{ exceptions.raise_compiler_error('pseudonym_of is not written for ' ~ target.type) }}
{%- endmacro %}

{% macro duckdb__pseudonym_of(kind, value) -%}
    cast(
        substr(
            sha256(
                getvariable('habitue_outer_key')
                || unhex(
                    sha256(
                        getvariable('habitue_inner_key')
                        || encode({{ kind }} || ':' || {{ value }})
                    )
                )
            ),
            1, 32
        ) as uuid
    )
{%- endmacro %}
