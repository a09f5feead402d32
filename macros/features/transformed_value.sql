{#- A feature on the scale that distances are measured on. Amounts below zero (more came
    back than was bought) count as zero under log1p; null stays null. -#}
{% macro transformed_value(column, transform) -%}
    {%- set value = 'cast(' ~ column ~ ' as double precision)' -%}
    {%- if transform == 'log1p' -%} {{ logged_value(value) }}
    {%- elif transform == 'none' -%} {{ value }}
    {%- else -%}
        {{ exceptions.raise_compiler_error(
            "segment_features: the transform of " ~ column ~ " must be log1p or none, "
            ~ "got: " ~ transform
        ) }}
    {%- endif -%}
{%- endmacro %}

{% macro logged_value(value) -%}
    case when {{ value }} > 0 then ln(1 + {{ value }}) when {{ value }} <= 0 then 0 end
{%- endmacro %}
