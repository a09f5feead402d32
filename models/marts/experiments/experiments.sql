with

counted as (

    select * from {{ ref('int_experiments__counted') }}

)

select
    experiment_id,
    unit,
    assigned_by,
    layer,
    audience,
    arms,
    control_arm,
    primary_metric,
    status,
    customer_count,
    analysed_customer_count,
    minimum_effect,
    is_stratified,
    is_holdout,
    start_date,
    end_date
from counted
