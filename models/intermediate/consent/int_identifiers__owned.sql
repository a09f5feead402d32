{#- Cookies and devices and whose word is said on them: nobody's where several users or
    customers were seen with one, or a crowd. One that nobody was seen with may say no for
    a customer who has a name, but not yes: identity only supposes whose it is. -#}
with

components as (

    select * from {{ ref('int_identity__components') }}

),

people as (

    select
        edges.left_key as pseudonym,
        count(distinct components.customer_id) as customer_count
    from {{ ref('int_identity__edges') }} as edges
    inner join components on edges.right_key = components.pseudonym
    where edges.edge_role = 'holding'
    group by 1

),

customers as (

    select
        customer_id,
        max(case when identifier_kind in ('user_id', 'email') then 1 else 0 end) = 1
            as is_named
    from components
    group by 1

),

owned as (

    select
        components.pseudonym,
        components.customer_id,
        people.pseudonym is not null or not customers.is_named as may_say_yes
    from components
    inner join customers on components.customer_id = customers.customer_id
    left join people on components.pseudonym = people.pseudonym
    left join {{ ref('int_identifiers__shared') }} as shared
        on components.pseudonym = shared.seen_key
    left join {{ ref('int_identity__crowded') }} as crowded
        on components.pseudonym = crowded.node_key
    where
        components.identifier_kind not in ('user_id', 'email')
        and coalesce(people.customer_count, 1) = 1
        and shared.seen_key is null
        and crowded.node_key is null

)

select * from owned
