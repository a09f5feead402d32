{#- Who was seen with a cookie or device at which times. At one moment a user id counts
    before an e-mail. -#}
{%- set held = ['visitor_id', 'device_key', 'session_key']
    + ([] if 'email' in person_kinds() else ['email_key']) -%}
with

rows_seen as (

    select
        {%- for key in held %}
        {{ key }},
        {%- endfor %}
        {{ person_key() }} as person_key,
        first_seen_at,
        last_seen_at
    from {{ ref('int_visitor_days__linked') }}

    union all

    select
        visitor_id,
        null as device_key,
        null as session_key,
        {{ 'email_key,' if 'email_key' in held }}
        {{ person_key() }} as person_key,
        ordered_at as first_seen_at,
        ordered_at as last_seen_at
    from {{ ref('int_order_lines__priced') }}

    union all

    select
        visitor_id,
        null as device_key,
        null as session_key,
        {{ 'email_key,' if 'email_key' in held }}
        {{ person_key() }} as person_key,
        first_seen_at,
        last_seen_at
    from {{ ref('int_visitor_days__alternated') }}

),

moments as (

    {%- for key in held %}
    {%- set last_key = loop.last %}
    {%- for moment in ['first_seen_at', 'last_seen_at'] %}
    select
        {{ key }} as held_key,
        person_key,
        {{ moment }} as seen_at
    from rows_seen
    where person_key is not null and {{ key }} != person_key
    {% if not (last_key and loop.last) %}union all{% endif %}
    {%- endfor %}
    {%- endfor %}

),

ranked as (

    select
        moments.held_key,
        moments.person_key,
        moments.seen_at,
        row_number() over (
            partition by moments.held_key, moments.seen_at
            order by identifiers.identifier_kind desc, moments.person_key asc
        ) as place
    from moments
    inner join {{ ref('identifiers') }} as identifiers
        on moments.person_key = identifiers.pseudonym

)

select
    held_key,
    person_key,
    seen_at
from ranked
where place = 1
