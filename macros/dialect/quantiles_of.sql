{#- Several quantiles of a column as an array (type 7 of Hyndman and Fan): one pass over
    the values, where as many calls of quantile_of would keep as many copies. -#}
{% macro quantiles_of(column, shares) -%}
    {{ return(adapter.dispatch('quantiles_of', 'habitue')(column, shares)) }}
{%- endmacro %}

{% macro default__quantiles_of(column, shares) -%}
    {{ exceptions.raise_compiler_error(
        'quantiles_of is not written for ' ~ target.type
    ) }}
{%- endmacro %}

{% macro duckdb__quantiles_of(column, shares) -%}
    quantile_cont({{ column }}, [{{ shares | join(', ') }}])
{%- endmacro %}
