{#- No text of a published mart looks like an e-mail, phone number, IP address or
    payment card, and none holds a raw value of the vault, as a whole or as a word.
    `except` says what a column may look like: column -> [kind]. What is found is named
    by column and kind only: the value would be the leak. -#}
{% test holds_no_personal_data(model, except={}) %}
{%- set columns = text_columns(model) -%}
{%- set networks = [] -%}
{%- for name, class in columns.items() if class == 'ip' -%}
    {%- do networks.append(name) -%}
{%- endfor -%}
-- depends_on: {{ ref('identifiers') }}
-- depends_on: {{ ref('profiles') }}
-- depends_on: {{ ref('user_agents') }}
{%- if not columns %}
select
    'no text' as column_name,
    'none' as kind
where 1 = 0
{%- else %}
with

texts as (

    select
        column_name,
        lower(value) as text
    from ({{ published_texts(model, columns) | indent(4) }}) as published
    where length(value) >= 5

),

vault as (

    {{ vault_values() | indent(4) }}

),

suspects as (

    select * from texts
    where {{ matches_pattern('text', "'" ~ suspicion(['email', 'ip', 'phone']) ~ "'") }}

),

composed as (

    select * from texts
    where {{ matches_pattern('text', words_apart()) }}

),

told as (

    {%- for kind in ['email', 'ip', 'phone'] %}
    select
        column_name,
        '{{ kind }}' as kind,
        text
    from suspects
    where {{ matches_pattern('text', "'" ~ personal_patterns()[kind] ~ "'") }}
    {%- if kind == 'ip' and networks %}
        and not (
            column_name in ('{{ networks | join("', '") }}')
            and {{ matches_pattern('text', "'^[0-9.]+[.]0/24$|^[0-9a-f:]+::/48$'") }}
        )
    {%- endif %}
    union all
    {%- endfor %}
    select
        column_name,
        'card' as kind,
        text
    from {{ each_match('suspects', 'text', "'" ~ card_numbers() ~ "'") }} as matched
    where {{ passes_luhn(digits_of('found')) }}
    union all
    select
        texts.column_name,
        vault.kind,
        texts.text
    from texts
    inner join vault on texts.text = vault.raw_text
    union all
    select
        suspects.column_name,
        vault.kind,
        suspects.text
    from suspects
    inner join vault
        on {{ normalised('phone', 'suspects.text') }} = vault.raw_text
        and vault.kind = 'phone'
    union all
    select
        tokens.column_name,
        vault.kind,
        tokens.text
    from {{ each_match('composed', 'text',
        "'[\\p{L}\\p{N}](?:[\\p{L}\\p{N}@._+-]*[\\p{L}\\p{N}])?'") }} as tokens
    inner join vault on tokens.found = vault.raw_text
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
        from {{ each_match('composed', 'text', "'[\\p{L}\\p{N}]+'") }} as words
        {% if not loop.last %}union all{% endif %}
        {%- endfor %}
    ) as phrases
    inner join vault on phrases.phrase = vault.raw_text and vault.kind = 'name'

)

select
    column_name,
    kind,
    count(distinct text) as value_count
from told
{%- for column, kinds in except.items() %}
{{ 'where' if loop.first else 'and' }} not (
    column_name = '{{ column }}' and kind in ('{{ kinds | join("', '") }}')
)
{%- endfor %}
group by 1, 2
{%- endif %}
{% endtest %}
