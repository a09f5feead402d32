{#- The average of the known values of a column from a sum of decimals: sums of floating
    point numbers depend on the order of the rows, and with it on the number of threads.
    `digits` after the point; those before it are what is left of 38. -#}
{% macro exact_average(column, digits=15) -%}
    cast(sum(cast({{ column }} as decimal(38, {{ digits }}))) as double precision)
    / nullif(count({{ column }}), 0)
{%- endmacro %}
