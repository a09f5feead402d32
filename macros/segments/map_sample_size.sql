{#- How many customers are put on the maps, from the var. -#}
{% macro map_sample_size() -%}
    {%- set size = var('map_sample_size') -%}
    {%- if size is not integer or size is boolean or size < 1 or size > 50000 -%}
        {{ exceptions.raise_compiler_error(
            "map_sample_size is " ~ size ~ "; it must be a whole number from 1 to "
            ~ "50000: more take too long, and no screen shows them."
        ) }}
    {%- endif -%}
    {{ return(size) }}
{%- endmacro %}
