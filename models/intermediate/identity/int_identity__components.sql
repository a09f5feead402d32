{#- Every identifier and its customer. A person's component; for a cookie or device the
    component of its person; for one that nobody was seen with, the person last seen with
    its neighbours, else a customer without a name. The customer's id is that of its
    oldest user id or e-mail, else of its oldest cookie: a cookie that changes hands must
    not take a customer's id along. -#}
{{ config(materialized='table') }}
{%- set keys = ['visitor_id', 'device_key', 'session_key', 'user_key', 'email_key'] -%}
with

nodes as (

    select node_key, min(first_seen_at) as first_seen_at, max(last_seen_at) as last_seen_at
    from (
        {%- for key in keys %}
        select {{ key }} as node_key, first_seen_at, last_seen_at
        from {{ ref('int_identifiers__seen') }}
        where {{ key }} is not null and {{ key }} != {{ nobody() }}
        {% if not loop.last %}union all{% endif %}
        {%- endfor %}
    ) as seen
    group by 1

),

anchors as (

    select * from {{ ref('int_identity__anchors') }}

),

groups as (

    select
        nodes.node_key,
        anchors.person_key,
        coalesce(
            contracted.component_key, cast(nodes.node_key as varchar)
        ) as group_key
    from nodes
    left join {{ ref('int_identity__contracted') }} as contracted
        on nodes.node_key = contracted.node_key
    left join anchors on nodes.node_key = anchors.held_key

),

adoptions as (

    select
        groups.group_key,
        anchors.person_key,
        row_number() over (
            partition by groups.group_key
            order by edges.last_seen_at desc, anchors.person_key
        ) as place
    from (
        select left_key as held_key, right_key as neighbour_key, last_seen_at
        from {{ ref('int_identity__edges') }}
        where not is_left_person and not is_right_person
        union all
        select right_key, left_key, last_seen_at
        from {{ ref('int_identity__edges') }}
        where not is_left_person and not is_right_person
    ) as edges
    inner join groups on edges.held_key = groups.node_key
    inner join anchors on edges.neighbour_key = anchors.held_key
    where
        anchors.person_key is not null
        and edges.held_key not in (select held_key from anchors)

),

resolved as (

    select
        groups.node_key,
        coalesce(persons.group_key, adopters.group_key, groups.group_key) as root_key
    from groups
    left join groups as persons on groups.person_key = persons.node_key
    left join adoptions
        on groups.group_key = adoptions.group_key
        and groups.person_key is null
        and adoptions.place = 1
    left join groups as adopters on adoptions.person_key = adopters.node_key

),

components as (

    select
        resolved.node_key as pseudonym,
        identifiers.identifier_kind,
        first_value(resolved.node_key) over (
            partition by resolved.root_key
            order by
                case
                    when identifiers.identifier_kind in ('user_id', 'email') then 0
                    else 1
                end,
                nodes.first_seen_at,
                resolved.node_key
        ) as customer_id,
        nodes.first_seen_at,
        nodes.last_seen_at
    from resolved
    inner join nodes on resolved.node_key = nodes.node_key
    inner join {{ ref('identifiers') }} as identifiers
        on resolved.node_key = identifiers.pseudonym

)

select * from components
