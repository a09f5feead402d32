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

    {{ texts_that_look_personal('suspects', networks) | indent(4) }}
    union all
    {{ texts_of_the_vault('texts', 'suspects', 'composed', 'vault') | indent(4) }}

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
