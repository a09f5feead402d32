{#- Of texts (column_name, text), those that look like an e-mail, address, phone number or
    payment card, with the kind. `networks`: columns that may hold a network. -#}
{% macro texts_that_look_personal(texts, networks) -%}
    {%- for kind in ['email', 'ip', 'phone'] -%}
    select
        column_name,
        '{{ kind }}' as kind,
        text
    from {{ texts }}
    where
        {{ matches_pattern('text', "'" ~ personal_patterns()[kind] ~ "'") }}
        {%- if kind == 'ip' and networks %}
        and not (
            column_name in ('{{ networks | join("', '") }}')
            and {{ matches_pattern('text', "'^[0-9.]+[.]0/24$|^[0-9a-f:]+::/48$'") }}
        )
        {%- endif %}
    union all
    {% endfor -%}
    select
        column_name,
        'card' as kind,
        text
    from {{ each_match(texts, 'text', "'" ~ card_numbers() ~ "'") }} as matched
    where {{ passes_luhn(digits_of('found')) }}
{%- endmacro %}

{#- Of texts (column_name, text), those that hold a raw value of the vault (raw_text, kind):
    as a whole, as a word of those that are composed of several or, for names, as words on
    end. Phone numbers are compared without what stands between their digits. -#}
{% macro texts_of_the_vault(texts, suspects, composed, vault) -%}
    select
        texts.column_name,
        vault.kind,
        texts.text
    from {{ texts }} as texts
    inner join {{ vault }} as vault on texts.text = vault.raw_text
    union all
    select
        texts.column_name,
        vault.kind,
        texts.text
    from {{ suspects }} as texts
    inner join {{ vault }} as vault
        on {{ normalised('phone', 'texts.text') }} = vault.raw_text
        and vault.kind = 'phone'
    union all
    select
        tokens.column_name,
        vault.kind,
        tokens.text
    from {{ each_match(composed, 'text',
        "'[\\p{L}\\p{N}](?:[\\p{L}\\p{N}@._+-]*[\\p{L}\\p{N}])?'") }} as tokens
    inner join {{ vault }} as vault on tokens.found = vault.raw_text
    union all
    select
        phrases.column_name,
        vault.kind,
        phrases.text
    from (
        {%- for size in range(2, 5) %}
        select
            column_name,
            text,
            found
            {%- for place in range(1, size) %} || ' ' || lead(found, {{ place }}) over (
                partition by column_name, text order by found_number
            ){% endfor %} as phrase
        from {{ each_match(composed, 'text', "'[\\p{L}\\p{N}]+'") }} as words
        {% if not loop.last %}union all{% endif %}
        {%- endfor %}
    ) as phrases
    inner join {{ vault }} as vault
        on phrases.phrase = vault.raw_text
        and vault.kind = 'name'
{%- endmacro %}
