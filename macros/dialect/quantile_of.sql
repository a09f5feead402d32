{#- The quantile of a column, linear between neighbours (type 7 of Hyndman and Fan). -#}
{% macro quantile_of(column, share) -%}
    {{ return(adapter.dispatch('quantile_of', 'habitue')(column, share)) }}
{%- endmacro %}

{% macro default__quantile_of(column, share) -%}
    {{ exceptions.raise_compiler_error('quantile_of is not written for ' ~ target.type) }}
{%- endmacro %}

{% macro duckdb__quantile_of(column, share) -%}
    quantile_cont({{ column }}, {{ share }})
{%- endmacro %}
