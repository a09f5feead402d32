{#- The text of one property of a JSON column, null where it is absent or the column
    is not JSON. -#}
{% macro json_text(column, key) -%}
    {{ return(adapter.dispatch('json_text', 'habitue')(column, key)) }}
{%- endmacro %}

{% macro default__json_text(column, key) -%}
    {{ exceptions.raise_compiler_error('json_text is not written for ' ~ target.type) }}
{%- endmacro %}

{% macro duckdb__json_text(column, key) -%}
    case
        when json_valid({{ column }})
        then json_extract_string({{ column }}, '$.{{ key }}')
    end
{%- endmacro %}
