{#- Stops every command, parsing as well, where a setting of segments means nothing. The
    names of algorithms and methods are checked where they are known: in Python. -#}
{% macro require_sound_segment_settings() -%}
    {%- do whole_number('max_segments', most=most_segments()) -%}
    {%- if var('fixed_segment_count') is not none -%}
        {%- do whole_number('fixed_segment_count', most=most_segments()) -%}
    {%- endif -%}
    {%- do whole_number('segment_seed', least=0) -%}
    {%- do whole_number('recluster_days') -%}
    {%- set share, drift = var('minimum_segment_share'), var('recluster_drift') -%}
    {%- if share is not number or share is boolean or share < 0 or share >= 1 -%}
        {{ exceptions.raise_compiler_error(
            "minimum_segment_share is " ~ share ~ "; it must be a share of the customers, "
            ~ "from 0 to below 1."
        ) }}
    {%- endif -%}
    {%- if drift is not number or drift is boolean or drift <= 0 -%}
        {{ exceptions.raise_compiler_error(
            "recluster_drift is " ~ drift ~ "; it must be a population stability index "
            ~ "above 0."
        ) }}
    {%- endif -%}
    {%- for name in ['compared_algorithms', 'map_methods'] -%}
        {%- if var(name) is string or var(name) is mapping or var(name) is not iterable -%}
            {{ exceptions.raise_compiler_error(
                name ~ " is " ~ var(name) ~ "; it must be a list, like [" ~ var(name) ~ "]."
            ) }}
        {%- endif -%}
    {%- endfor -%}
    {%- if var('feature_refinement') is not boolean -%}
        {{ exceptions.raise_compiler_error(
            "feature_refinement is " ~ var('feature_refinement')
            ~ "; it must be true or false."
        ) }}
    {%- endif -%}
{%- endmacro %}
