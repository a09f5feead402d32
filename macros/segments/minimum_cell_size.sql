{#- The smallest number of customers that is published, from the var; 1 publishes every
    count. -#}
{% macro minimum_cell_size() -%}
    {{ return(whole_number('minimum_cell_size')) }}
{%- endmacro %}
