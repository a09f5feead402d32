{#- The statement that keeps the rows of a query for the rest of the model: under a name
    of the connection's own, in place of what had the name before. -#}
{% macro create_temporary_table(name, query) -%}
    {{ return(adapter.dispatch('create_temporary_table', 'habitue')(name, query)) }}
{%- endmacro %}

{% macro default__create_temporary_table(name, query) -%}
    {{ exceptions.raise_compiler_error(
        'create_temporary_table is not written for ' ~ target.type
    ) }}
{%- endmacro %}

{% macro duckdb__create_temporary_table(name, query) -%}
    create or replace temporary table {{ name }} as {{ query }}
{%- endmacro %}
