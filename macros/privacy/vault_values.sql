{#- Every raw value of the vault that can be told from an ordinary text, lower case, with
    its kind. Short values and plain numbers cannot: customer 17 and order 17 have nothing
    to do with each other. Names count together, in both orders. -#}
{% macro vault_values() -%}
    select
        identifier_kind as kind,
        lower(raw_value) as raw_text
    from {{ ref('identifiers') }}
    where
        length(raw_value) >= 5
        and not {{ matches_pattern('raw_value', "'^[0-9.-]+$'") }}
    union all
    select
        'user_agent' as kind,
        lower(user_agent) as raw_text
    from {{ ref('user_agents') }}
    where length(user_agent) >= 5
    {%- for kind, text in {
        'email': 'email',
        'phone': 'phone',
        'name': "first_name || ' ' || last_name",
        'name ': "last_name || ' ' || first_name",
    }.items() %}
    union all
    select
        '{{ kind | trim }}' as kind,
        {{ "trim(" ~ replace_matches(text, words_apart(), "' '") ~ ")"
            if 'name' in kind else text }} as raw_text
    from {{ ref('profiles') }}
    where length({{ text }}) >= 5
    {%- endfor %}
{%- endmacro %}

{#- What lies between two words. -#}
{% macro words_apart() -%} '[^\p{L}\p{N}]+' {%- endmacro %}
