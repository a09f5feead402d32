{#- Seconds from one timestamp to another as a decimal with six places: sums of decimals
    do not depend on the order of the rows. -#}
{% macro exact_seconds_between(earlier, later) -%}
    {{ return(adapter.dispatch('exact_seconds_between', 'habitue')(earlier, later)) }}
{%- endmacro %}

{% macro default__exact_seconds_between(earlier, later) -%}
    {{ exceptions.raise_compiler_error('exact_seconds_between is not written for ' ~ target.type) }}
{%- endmacro %}

{% macro duckdb__exact_seconds_between(earlier, later) -%}
    cast((epoch_us({{ later }}) - epoch_us({{ earlier }})) * 0.000001 as decimal(18, 6))
{%- endmacro %}
