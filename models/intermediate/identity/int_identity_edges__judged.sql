{#- Whether a link ties its two ends together, and if not, why. Links between a cookie
    and whom it belongs to are used, also where it belonged to them for a time only. -#}
{%- set passed_over = 'seen with it earlier' if identity_mode() == 'first_touch'
    else 'seen with it later' -%}
with

edges as (

    select
        edges.*,
        lefts.customer_id as left_customer_id,
        rights.customer_id as right_customer_id
    from {{ ref('int_identity__edges') }} as edges
    left join {{ ref('int_identity__components') }} as lefts
        on edges.left_key = lefts.pseudonym
    inner join {{ ref('int_identity__components') }} as rights
        on edges.right_key = rights.pseudonym

),

anchors as (

    select * from {{ ref('int_identity__anchors') }}

),

adoptions as (

    select
        node_key as left_key,
        neighbour_key as right_key
    from {{ ref('int_identity__adoptions') }}
    union all
    select
        neighbour_key as left_key,
        node_key as right_key
    from {{ ref('int_identity__adoptions') }}

),

holders as (

    select distinct
        held_key,
        person_key
    from {{ ref('int_identity__tenures') }}

),

judged as (

    select
        edges.*,
        coalesce(left_crowds.people_count, right_crowds.people_count) as people_count,
        coalesce(left_crowds.max_people_count, right_crowds.max_people_count)
            as max_people_count,
        left_anchors.held_key is not null and right_anchors.held_key is not null
            as is_settled,
        case edges.edge_role
            when 'people' then left_crowds.node_key is null
            when 'holding' then holders.held_key is not null
            else
                (left_anchors.held_key is null and right_anchors.held_key is null)
                or adoptions.left_key is not null
        end as is_used
    from edges
    left join {{ ref('int_identity__crowded') }} as left_crowds
        on edges.left_key = left_crowds.node_key
    left join {{ ref('int_identity__crowded') }} as right_crowds
        on edges.right_key = right_crowds.node_key
        and edges.edge_role = 'neighbours'
    left join holders
        on edges.left_key = holders.held_key
        and edges.right_key = holders.person_key
    left join anchors as left_anchors on edges.left_key = left_anchors.held_key
    left join anchors as right_anchors on edges.right_key = right_anchors.held_key
    left join adoptions
        on edges.left_key = adoptions.left_key
        and edges.right_key = adoptions.right_key

),

explained as (

    select
        *,
        case
            when is_used then null
            when people_count is not null
                then cast(people_count as varchar)
                    || ' people were seen with it, at most '
                    || cast(max_people_count as varchar) || ' may be'
            when left_customer_id = right_customer_id
                then 'the two are linked by other identifiers'
            when is_settled then 'each of the two belongs to a person of its own'
            else 'another person was {{ passed_over }}'
        end as reason
    from judged

)

select * from explained
