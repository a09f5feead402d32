{#- Units that an experiment assigns next; nobody whom a holdout keeps out. -#}
with

awaiting as (

    select awaiting.*
    from {{ ref('int_units__awaiting') }} as awaiting
    where
        not awaiting.is_holdout
        and not exists (
            select 1
            from {{ ref('int_customers__held_out') }} as held_out
            where
                held_out.customer_id = awaiting.customer_id
                and held_out.held_from <= awaiting.assigned_at
                and held_out.held_until > awaiting.assigned_at
        )

),

drawn as (

    {{ select_drawn('awaiting') | indent(4) }}

)

select * from drawn
