{#- From when to when a link was not known though both of its ends had been seen, told
    from first and last sightings: what was tied together later, or went from one person
    to another, looks different now from then. -#}
with

holders as (

    select
        left_key as held_key,
        min(first_seen_at) as held_at
    from {{ ref('int_identity__edges') }}
    where edge_role = 'holding'
    group by 1

),

nodes as (

    select
        components.pseudonym,
        components.customer_id,
        components.first_seen_at,
        holders.held_at
    from {{ ref('int_identity__components') }} as components
    left join holders on components.pseudonym = holders.held_key

),

edges as (

    select
        edges.edge_role,
        edges.left_kind,
        edges.left_key,
        coalesce(lefts.customer_id, rights.customer_id) as left_customer_id,
        rights.customer_id as right_customer_id,
        lefts.first_seen_at as left_seen_at,
        rights.first_seen_at as right_seen_at,
        edges.first_seen_at,
        edges.last_seen_at,
        greatest(
            edges.first_seen_at,
            coalesce(lefts.held_at, edges.first_seen_at),
            coalesce(rights.held_at, edges.first_seen_at)
        ) as both_held_at,
        edges.edge_role = 'neighbours'
        and lefts.held_at is not null
        and rights.held_at is not null
        and lefts.customer_id = rights.customer_id as is_redundant,
        row_number() over (
            partition by edges.left_key, edges.edge_role
            order by rights.first_seen_at, edges.right_key
        ) as place
    from {{ ref('int_identity__edges') }} as edges
    left join nodes as lefts on edges.left_key = lefts.pseudonym
    inner join nodes as rights on edges.right_key = rights.pseudonym

),

gathered as (

    select
        *,
        min(case when place = 2 then right_seen_at end) over (
            partition by left_key, edge_role
        ) as second_seen_at,
        min(first_seen_at) over (partition by left_key, edge_role) as tied_at,
        max(first_seen_at) over (partition by left_key, edge_role) as last_tied_at,
        max(last_seen_at) over (partition by left_key, edge_role) as last_touched_at,
        min(right_customer_id) over (partition by left_key, edge_role)
        != max(right_customer_id) over (partition by left_key, edge_role)
            as is_contested
    from edges

),

spans as (

    select
        left_customer_id,
        right_customer_id,
        case
            when left_kind = 'match_key' then second_seen_at
            when edge_role = 'people' then greatest(left_seen_at, right_seen_at)
            when edge_role = 'holding' then left_seen_at
            else least(left_seen_at, right_seen_at)
        end as unsettled_from,
        case
            when left_kind = 'match_key' then last_tied_at
            when edge_role = 'holding' and is_contested then last_touched_at
            when edge_role = 'holding' then tied_at
            when edge_role = 'neighbours' then both_held_at
            else first_seen_at
        end as unsettled_until
    from gathered
    where not is_redundant

)

select
    left_customer_id,
    right_customer_id,
    unsettled_from,
    unsettled_until
from spans
