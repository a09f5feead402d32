{#- The features that a refinement report is about: those in use, and the candidates by
    the var refinement_candidates, all other numbers of customer_features by default. -#}
{% macro refinement_features() -%}
    {%- set used = var('segment_features').keys() | list -%}
    {%- set candidates = var('refinement_candidates') -%}
    {%- if candidates is none -%}
        {%- set candidates = numeric_features() -%}
    {%- elif candidates is string or candidates is mapping
        or candidates is not iterable -%}
        {{ exceptions.raise_compiler_error(
            "refinement_candidates is " ~ candidates ~ "; it must be a list of features, "
            ~ "or nothing for all."
        ) }}
    {%- else -%}
        {%- do require_features(candidates, 'refinement_candidates') -%}
    {%- endif -%}
    {{ return(used + candidates | reject('in', used) | unique | list) }}
{%- endmacro %}
