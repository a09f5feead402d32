{#- Pairs of identifiers seen together, the one that says more about the person on
    the right: a user id or an e-mail names a person, a cookie only what a person
    held. -#}
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
    union all
    {%- endfor %}
    {%- endfor %}
    select
        one_key,
        other_key,
        event_count,
        first_seen_at,
        last_seen_at
    from (
        select
            visitor_id as one_key,
            visitor_id as other_key,
            event_count,
            first_seen_at,
            last_seen_at
        from seen
    ) as nothing
    where 1 = 0

),

summed as (

    select
        one_key,
        other_key,
        sum(event_count) as event_count,
        min(first_seen_at) as first_seen_at,
        max(last_seen_at) as last_seen_at
    from pairs
    group by 1, 2

),

directed as (

    select
        case when ones.strength <= others.strength then one_key else other_key end
            as left_key,
        case when ones.strength <= others.strength then other_key else one_key end
            as right_key,
        least(ones.strength, others.strength) as left_strength,
        greatest(ones.strength, others.strength) as right_strength,
        summed.event_count,
        summed.first_seen_at,
        summed.last_seen_at
    from summed
    inner join kinds as ones on summed.one_key = ones.pseudonym
    inner join kinds as others on summed.other_key = others.pseudonym

),

edges as (

    select
        left_key,
        right_key,
        left_strength >= 4 as is_left_person,
        right_strength >= 4 as is_right_person,
        sum(event_count) as event_count,
        min(first_seen_at) as first_seen_at,
        max(last_seen_at) as last_seen_at
    from directed
    group by 1, 2, 3, 4

)

select * from edges
