{#- The smallest number of customers that is published, from the var. -#}
{% macro minimum_cell_size() -%}
    {%- set size = var('minimum_cell_size') -%}
    {%- if size is not integer or size is boolean or size < 1 -%}
        {{ exceptions.raise_compiler_error(
            "minimum_cell_size is " ~ size ~ "; it must be a whole number from 1 on "
            ~ "(1 publishes every count)."
        ) }}
    {%- endif -%}
    {{ return(size) }}
{%- endmacro %}
