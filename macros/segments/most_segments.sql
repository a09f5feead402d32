{#- The slots of the wide parameter row: no model may have more segments. -#}
{% macro most_segments() -%}
    {%- set most = 12 -%}
    {%- if [var('max_segments'), var('fixed_segment_count') or 1] | max > most -%}
        {{ exceptions.raise_compiler_error(
            "max_segments and fixed_segment_count can be " ~ most ~ " at most."
        ) }}
    {%- endif -%}
    {{ return(most) }}
{%- endmacro %}
