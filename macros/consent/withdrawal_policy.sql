{#- Whether a withdrawn consent counts from then on, or for all that happened before. -#}
{% macro withdrawal_policy() -%}
    {%- set policies = ['forwards', 'backwards'] -%}
    {%- if var('withdrawal_policy') not in policies -%}
        {{ exceptions.raise_compiler_error(
            "withdrawal_policy is " ~ var('withdrawal_policy') ~ "; it must be one of "
            ~ policies | join(', ') ~ "."
        ) }}
    {%- endif -%}
    {{ return(var('withdrawal_policy')) }}
{%- endmacro %}
