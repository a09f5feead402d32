{#- A feature on the scale that distances are measured on. Amounts below zero (more came
    back than was bought) count as zero under log1p. -#}
{% macro transformed_value(column, transform) -%}
    {%- set value = 'cast(' ~ column ~ ' as double precision)' -%}
    {%- if transform == 'log1p' -%} ln(1 + greatest({{ value }}, 0))
    {%- elif transform == 'none' -%} {{ value }}
    {%- else -%}
        {{ exceptions.raise_compiler_error(
            "segment_features: the transform of " ~ column ~ " must be log1p or none, "
            ~ "got: " ~ transform
        ) }}
    {%- endif -%}
{%- endmacro %}
