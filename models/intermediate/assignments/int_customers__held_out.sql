{#- Who is kept out of experiments, from when until when: the control arms of holdouts,
    as they stand and as they are drawn next. -#}
with

assigned as (

    select
        experiment_id,
        customer_id,
        arm,
        assigned_at
    from {{ ref('int_assignments__recalled') }}
    union all
    select
        experiment_id,
        customer_id,
        arm,
        assigned_at
    from {{ ref('int_holdouts__drawn') }}

),

held_out as (

    select
        assigned.customer_id,
        min(assigned.assigned_at) as held_from,
        cast(holdouts.end_date as timestamp) as held_until
    from assigned
    inner join {{ ref('int_experiments__described') }} as holdouts
        on assigned.experiment_id = holdouts.experiment_id
        and assigned.arm = holdouts.control_arm
        and holdouts.is_holdout
    group by assigned.experiment_id, assigned.customer_id, holdouts.end_date

)

select * from held_out
