-- By the definition that holds, an arm is given from the start on, before the end, and
-- not later than what is known.
select
    frozen.experiment_id,
    frozen.unit_id,
    frozen.assigned_at
from {{ ref('int_assignments__frozen') }} as frozen
inner join {{ ref('int_experiments__described') }} as experiments
    on frozen.experiment_id = experiments.experiment_id
    and frozen.definition_key = experiments.definition_key
where
    frozen.assigned_at < cast(experiments.start_date as timestamp)
    or frozen.assigned_at >= cast(experiments.end_date as timestamp)

union all

select
    assignments.experiment_id,
    assignments.customer_id,
    assignments.assigned_at
from {{ ref('experiment_assignments') }} as assignments
cross join {{ ref('int_as_of__dates') }} as dates
where
    dates.is_latest
    and assignments.assigned_at > cast(dates.as_of_date as timestamp)
