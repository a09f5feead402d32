{#- One row, `calendar_date`, per day from one date to another of a relation with one row;
    none where either is missing.
    Usage: {{ select_days('bounds', 'first_date', 'last_date') }} -#}
{% macro select_days(relation, first, last) -%}
    {{ return(adapter.dispatch('select_days', 'habitue')(relation, first, last)) }}
{%- endmacro %}

{% macro default__select_days(relation, first, last) -%}
    {{ exceptions.raise_compiler_error('select_days is not written for ' ~ target.type) }}
{%- endmacro %}

{% macro duckdb__select_days(relation, first, last) -%}
    select cast(
        unnest(generate_series({{ first }}, {{ last }}, interval 1 day)) as date
    ) as calendar_date
    from {{ relation }}
{%- endmacro %}

{% macro postgres__select_days(relation, first, last) -%}
    select cast(
        generate_series({{ first }}, {{ last }}, interval '1 day') as date
    ) as calendar_date
    from {{ relation }}
{%- endmacro %}

{% macro spark__select_days(relation, first, last) -%}
    select explode(
        sequence({{ first }}, {{ last }}, interval 1 day)
    ) as calendar_date
    from {{ relation }}
    where {{ first }} <= {{ last }}
{%- endmacro %}
