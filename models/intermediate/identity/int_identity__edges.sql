{#- Pairs of identifiers seen together, the one that says more about the person on the
    right: a user id or an e-mail names a person, a cookie only what a person held.
    What people have in common by a rule is on the left of both. -#}
{{ config(materialized='table') }}
{%- set keys = ['visitor_id', 'device_key', 'session_key', 'user_key', 'email_key'] -%}
with

seen as (

    select * from {{ ref('int_identifiers__seen') }}

),

kinds as (

    select
        pseudonym,
        identifier_kind,
        case identifier_kind
            when 'user_id' then 5
            when 'email' then 4
            when 'device_id' then 3
            when 'anonymous_id' then 2
            else 1
        end as strength
    from {{ ref('identifiers') }}

),

pairs as (

    {%- for left in keys[:-1] %}
    {%- for right in keys[loop.index:] %}
    select
        {{ left }} as one_key,
        {{ right }} as other_key,
        event_count,
        first_seen_at,
        last_seen_at
    from seen
    where {{ left }} != {{ right }}
    {% if not (left == keys[-2]) %}union all{% endif %}
    {%- endfor %}
    {%- endfor %}

),

directed as (

    select
        case when ones.strength <= others.strength then one_key else other_key end
            as left_key,
        case when ones.strength <= others.strength then other_key else one_key end
            as right_key,
        case
            when ones.strength <= others.strength then ones.identifier_kind
            else others.identifier_kind
        end as left_kind,
        case
            when ones.strength <= others.strength then others.identifier_kind
            else ones.identifier_kind
        end as right_kind,
        pairs.event_count,
        pairs.first_seen_at,
        pairs.last_seen_at
    from pairs
    inner join kinds as ones on pairs.one_key = ones.pseudonym
    inner join kinds as others on pairs.other_key = others.pseudonym

),

edges as (

    select
        left_key,
        right_key,
        left_kind,
        right_kind,
        right_kind || '-' || left_kind as edge_kind,
        case
            when {{ is_person('left_kind') }} then 'people'
            when {{ is_person('right_kind') }} then 'holding'
            else 'neighbours'
        end as edge_role,
        sum(event_count) as event_count,
        min(first_seen_at) as first_seen_at,
        max(last_seen_at) as last_seen_at
    from directed
    group by 1, 2, 3, 4

    union all

    select
        matched.match_key as left_key,
        matched.person_key as right_key,
        'match_key' as left_kind,
        kinds.identifier_kind as right_kind,
        matched.rule_name as edge_kind,
        'people' as edge_role,
        matched.event_count,
        matched.first_seen_at,
        matched.last_seen_at
    from {{ ref('int_identity__matched') }} as matched
    inner join kinds on matched.person_key = kinds.pseudonym

)

select * from edges
