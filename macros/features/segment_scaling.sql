{#- How features are scaled before they are clustered, from the var. -#}
{% macro segment_scaling() -%}
    {%- set methods = ['z_score', 'min_max', 'robust'] -%}
    {%- if var('segment_scaling') not in methods -%}
        {{ exceptions.raise_compiler_error(
            "segment_scaling is " ~ var('segment_scaling') ~ "; it must be one of "
            ~ methods | join(', ') ~ "."
        ) }}
    {%- endif -%}
    {{ return(var('segment_scaling')) }}
{%- endmacro %}
