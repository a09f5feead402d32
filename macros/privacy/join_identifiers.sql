{#- What the vault knows of a row's identifiers: a left join for each alias, by the column
    that holds an identifier of the kind of that name. -#}
{% macro join_identifiers(relation, kinds) -%}
    {%- for name, kind in kinds.items() %}
    left join {{ ref('identifiers') }} as {{ name }}
        on {{ name }}.identifier_kind = '{{ kind }}'
        and {{ relation }}.{{ kind }} = {{ name }}.raw_value
    {%- endfor %}
{%- endmacro %}
