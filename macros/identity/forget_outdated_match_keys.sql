{#- Pre-hook of match_keys: a rule that was changed or dropped loses its keys. -#}
{% macro forget_outdated_match_keys() -%}
    {%- if is_incremental() -%}
        delete from {{ this }}
        where not (
            {%- for name, attributes in profile_rules().items() %}
            (rule_name = '{{ name }}' and attributes = '{{ attributes | join(", ") }}') or
            {%- endfor %}
            1 = 0
        )
    {%- endif -%}
{%- endmacro %}
