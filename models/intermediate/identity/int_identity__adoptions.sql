{#- A group that nobody was seen with is adopted by the person last seen with one
    of its neighbours: the cookie of a device that a known cookie was used on. -#}
with

groups as (

    select * from {{ ref('int_identity__groups') }}

),

edges as (

    select * from {{ ref('int_identity__edges') }}
    where not is_left_person and not is_right_person

),

neighbours as (

    select
        left_key as node_key,
        right_key as neighbour_key,
        last_seen_at
    from edges
    union all
    select
        right_key as node_key,
        left_key as neighbour_key,
        last_seen_at
    from edges

),

adoptions as (

    select
        groups.group_key,
        adopters.person_key,
        row_number() over (
            partition by groups.group_key
            order by neighbours.last_seen_at desc, adopters.person_key asc
        ) as place
    from neighbours
    inner join groups on neighbours.node_key = groups.node_key
    inner join groups as adopters on neighbours.neighbour_key = adopters.node_key
    where not groups.has_anchor and adopters.person_key is not null

)

select
    group_key,
    person_key
from adoptions
where place = 1
