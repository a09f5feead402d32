-- A column without a class is a column that nobody decided on. Built from the YAML and
-- from what is stored, so that a new column fails until somebody says what it is.
-- depends_on: {{ ref('identifiers') }}
-- depends_on: {{ ref('profiles') }}
-- depends_on: {{ ref('user_agents') }}
-- depends_on: {{ ref('match_keys') }}
-- depends_on: {{ ref('events') }}
-- depends_on: {{ ref('row_ledger') }}
{%- set problems = classification_problems() %}
{%- for place, problem in problems.items() %}
select
    '{{ place }}' as place,
    '{{ problem }}' as problem
{% if not loop.last %}union all{% endif %}
{%- else %}
select
    'none' as place,
    'none' as problem
where 1 = 0
{%- endfor %}
