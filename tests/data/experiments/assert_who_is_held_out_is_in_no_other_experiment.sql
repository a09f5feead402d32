-- Whoever is in the control arm of a holdout is analysed in no experiment of habitue
-- that began, or took the customer in, since then and while the holdout ran.
with

assignments as (

    select
        assignments.customer_id,
        assignments.experiment_id,
        assignments.arm,
        assignments.is_analysed,
        assignments.assigned_at,
        experiments.control_arm,
        experiments.assigned_by,
        experiments.is_holdout,
        cast(experiments.end_date as timestamp) as end_at
    from {{ ref('experiment_assignments') }} as assignments
    inner join {{ ref('experiments') }} as experiments
        on assignments.experiment_id = experiments.experiment_id

)

select
    others.customer_id,
    holdouts.experiment_id as holdout_id,
    others.experiment_id
from assignments as holdouts
inner join assignments as others
    on holdouts.customer_id = others.customer_id
    and holdouts.assigned_at <= others.assigned_at
    and holdouts.end_at > others.assigned_at
where
    holdouts.is_holdout
    and holdouts.arm = holdouts.control_arm
    and not others.is_holdout
    and others.is_analysed
    and others.assigned_by = 'habitue'
