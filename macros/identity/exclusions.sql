{#- Identifiers that stand for nothing, like the user id `null` that a broken tracker sends
    for everybody: seed identity_exclusions. Both macros go together. -#}
{% macro join_exclusions(relation, kinds) -%}
    {%- for kind in kinds %}
    left join {{ ref('identity_exclusions') }} as excluded_{{ kind }}
        on excluded_{{ kind }}.identifier_kind = '{{ kind }}'
        and lower({{ relation }}.{{ kind }}) = excluded_{{ kind }}.raw_value
    {%- endfor %}
{%- endmacro %}

{% macro unless_excluded(relation, kind) -%}
    {%- set column = relation ~ '.' ~ kind -%}
    case
            when excluded_{{ kind }}.raw_value is null
                then {{ normalised(kind, column) if kind == 'email' else column }}
        end
{%- endmacro %}
