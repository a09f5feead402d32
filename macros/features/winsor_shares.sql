{#- The quantiles that values are clipped to, from the vars: [lower, upper]. -#}
{% macro winsor_shares() -%}
    {%- set lower, upper = var('winsor_lower'), var('winsor_upper') -%}
    {%- if lower is not number or upper is not number
        or not 0 <= lower < 0.5 < upper <= 1 -%}
        {{ exceptions.raise_compiler_error(
            "winsor_lower is " ~ lower ~ " and winsor_upper is " ~ upper ~ "; they "
            ~ "must be quantiles: from 0 to below 0.5, and from above 0.5 to 1 (0 and 1 "
            ~ "clip nothing)."
        ) }}
    {%- endif -%}
    {{ return([lower, upper]) }}
{%- endmacro %}
