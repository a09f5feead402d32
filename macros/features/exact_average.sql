{#- The average of a column from a sum of decimals: sums of floating point numbers depend
    on the order of the rows, and with it on the number of threads. -#}
{% macro exact_average(column) -%}
    cast(sum(cast({{ column }} as decimal(38, 15))) as double precision) / count(*)
{%- endmacro %}
