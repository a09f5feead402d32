{#- Whose customer's a visitor was, and when: what sessions and orders without a login
    are told by. Read it with is_held_at. -#}
with

components as (

    select * from {{ ref('int_identity__components') }}

),

held as (

    select
        components.pseudonym as visitor_id,
        coalesce(persons.customer_id, components.customer_id) as customer_id,
        coalesce(tenures.held_from, timestamp '0001-01-01') as held_from,
        coalesce(tenures.held_until, timestamp '9999-12-31') as held_until
    from components
    left join {{ ref('int_identity__tenures') }} as tenures
        on components.pseudonym = tenures.held_key
    left join components as persons on tenures.person_key = persons.pseudonym

)

select * from held
