{#- A group that nobody was seen with is adopted by the person who held one of its
    neighbours when the two were seen together: the cookie of a device that a known
    cookie was used on. Of several neighbours the mode picks the last or the first. -#}
{{ config(materialized='table') }}
{%- set touch = 'neighbours.first_seen_at asc' if identity_mode() == 'first_touch'
    else 'neighbours.last_seen_at desc' -%}
with

groups as (

    select * from {{ ref('int_identity__groups') }}
    where not has_anchor

),

edges as (

    select * from {{ ref('int_identity__edges') }}
    where edge_role = 'neighbours'

),

neighbours as (

    select
        left_key as node_key,
        right_key as neighbour_key,
        first_seen_at,
        last_seen_at
    from edges
    union all
    select
        right_key as node_key,
        left_key as neighbour_key,
        first_seen_at,
        last_seen_at
    from edges

),

adoptions as (

    select
        groups.group_key,
        neighbours.node_key,
        neighbours.neighbour_key,
        tenures.person_key,
        row_number() over (
            partition by groups.group_key
            order by
                {{ touch }},
                tenures.person_key asc,
                neighbours.node_key asc,
                neighbours.neighbour_key asc
        ) as place
    from neighbours
    inner join groups on neighbours.node_key = groups.node_key
    inner join {{ ref('int_identity__tenures') }} as tenures
        on neighbours.neighbour_key = tenures.held_key
        and neighbours.last_seen_at >= tenures.held_from
        and neighbours.last_seen_at < tenures.held_until

)

select
    group_key,
    node_key,
    neighbour_key,
    person_key
from adoptions
where place = 1
