{#- The rows of a relation, once for every match of a regular expression in a text, with
    `found` and `found_number`. Rows without a match are left out. -#}
{% macro each_match(relation, text, pattern) -%}
    {{ return(adapter.dispatch('each_match', 'habitue')(relation, text, pattern)) }}
{%- endmacro %}

{% macro default__each_match(relation, text, pattern) -%}
    {{ exceptions.raise_compiler_error('each_match is not written for ' ~ target.type) }}
{%- endmacro %}

{% macro duckdb__each_match(relation, text, pattern) -%}
    (
        select
            *,
            unnest(matches) as found,
            generate_subscripts(matches, 1) as found_number
        from (
            select *, regexp_extract_all({{ text }}, {{ pattern }}) as matches
            from {{ relation }}
        ) as matched
    )
{%- endmacro %}
