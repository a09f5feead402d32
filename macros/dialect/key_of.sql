{#- A key (UUID) made of several columns. -#}
{% macro key_of(columns) -%}
    {{ return(adapter.dispatch('key_of', 'habitue')(columns)) }}
{%- endmacro %}

{% macro default__key_of(columns) -%}
    {{ exceptions.raise_compiler_error('key_of is not written for ' ~ target.type) }}
{%- endmacro %}

{% macro duckdb__key_of(columns) -%}
    cast(
        md5(
            {%- for column in columns %}
            coalesce(cast({{ column }} as varchar), '~')
            {%- if not loop.last %} || '|' ||{% endif %}
            {%- endfor %}
        ) as uuid
    )
{%- endmacro %}
