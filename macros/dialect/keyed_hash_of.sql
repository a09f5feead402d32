{#- HMAC-SHA256 of a text with the vault's secret, 64 hex digits. Unlike a pseudonym it
    survives a rotation of the key. -#}
{% macro keyed_hash_of(text) -%}
    {{ return(adapter.dispatch('keyed_hash_of', 'habitue')(text)) }}
{%- endmacro %}

{% macro default__keyed_hash_of(text) -%}
    {{ exceptions.raise_compiler_error('keyed_hash_of is not written for ' ~ target.type) }}
{%- endmacro %}

{% macro duckdb__keyed_hash_of(text) -%}
    sha256(
        getvariable('habitue_secret_outer_key')
        || unhex(
            sha256(getvariable('habitue_secret_inner_key') || encode({{ text }}))
        )
    )
{%- endmacro %}

{#- The first 128 bits of it as a UUID. -#}
{% macro keyed_id_of(text) -%}
    cast(substr({{ keyed_hash_of(text) }}, 1, 32) as uuid)
{%- endmacro %}
