{#- Who is analysed, and why others are not: the first reason that holds. Whoever a
    holdout keeps out under one identifier is held out under all. -#}
{{ config(materialized='table') }}
with

experiments as (

    select * from {{ ref('int_experiments__described') }}

),

exposed as (

    select
        experiment_id,
        customer_id,
        min(exposed_at) as exposed_at
    from {{ ref('int_exposures__timed') }}
    group by 1, 2

),

placed as (

    select
        placed.*,
        experiments.layer,
        experiments.is_holdout,
        experiments.assigned_by,
        experiments.analysed,
        experiments.start_date,
        experiments.end_date
    from {{ ref('int_assignments__placed') }} as placed
    inner join experiments on placed.experiment_id = experiments.experiment_id

),

crossed as (

    select distinct
        placed.experiment_id,
        placed.customer_id
    from placed
    inner join placed as others
        on placed.customer_id = others.customer_id
        and placed.layer = others.layer
        and placed.experiment_id != others.experiment_id
        and placed.start_date < others.end_date
        and placed.end_date > others.start_date

),

held_out as (

    select distinct
        placed.experiment_id,
        placed.customer_id
    from placed
    inner join {{ ref('int_assignments__mapped') }} as kept_out
        on placed.customer_id = kept_out.customer_id
        and placed.assigned_at >= kept_out.assigned_at
    inner join experiments as holdouts
        on kept_out.experiment_id = holdouts.experiment_id
        and kept_out.arm = holdouts.control_arm
        and holdouts.is_holdout
        and placed.assigned_at < cast(holdouts.end_date as timestamp)
    where placed.assigned_by = 'habitue' and not placed.is_holdout

),

judged as (

    select
        placed.experiment_id,
        placed.customer_id,
        placed.arm,
        case
            when placed.arm_count > 1 then 'in two arms'
            when arms.arm is null then 'unknown arm'
            when crossed.customer_id is not null then 'in two of the layer'
            when held_out.customer_id is not null then 'held out'
            when disregarded.status is not null then disregarded.status
            when placed.analysed = 'exposed' and exposed.exposed_at is null
                then 'not exposed'
            else 'in'
        end as status,
        placed.segment_id,
        placed.arm_count,
        placed.assigned_at,
        exposed.exposed_at
    from placed
    left join {{ ref('int_experiment_arms__described') }} as arms
        on placed.experiment_id = arms.experiment_id
        and placed.arm = arms.arm
    left join crossed
        on placed.experiment_id = crossed.experiment_id
        and placed.customer_id = crossed.customer_id
    left join held_out
        on placed.experiment_id = held_out.experiment_id
        and placed.customer_id = held_out.customer_id
    left join {{ ref('int_customers__disregarded') }} as disregarded
        on placed.customer_id = disregarded.customer_id
    left join exposed
        on placed.experiment_id = exposed.experiment_id
        and placed.customer_id = exposed.customer_id

)

select * from judged
