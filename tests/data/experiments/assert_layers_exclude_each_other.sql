-- Nobody is analysed in two experiments of one layer that run at the same time.
with

analysed as (

    select
        assignments.customer_id,
        experiments.experiment_id,
        experiments.layer,
        experiments.start_date,
        experiments.end_date
    from {{ ref('experiment_assignments') }} as assignments
    inner join {{ ref('experiments') }} as experiments
        on assignments.experiment_id = experiments.experiment_id
    where assignments.is_analysed

)

select
    analysed.customer_id,
    analysed.experiment_id,
    others.experiment_id as other_experiment_id
from analysed
inner join analysed as others
    on analysed.customer_id = others.customer_id
    and analysed.layer = others.layer
    and analysed.experiment_id < others.experiment_id
    and analysed.start_date < others.end_date
    and analysed.end_date > others.start_date
