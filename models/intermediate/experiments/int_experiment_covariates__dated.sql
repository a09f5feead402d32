{#- Features that adjust metrics, as of the last date that is computed and was not after
    the assignment: nothing of what the experiment may have changed is in them. -#}
with

assigned as (

    select
        experiment_id,
        customer_id,
        {{ local_date('assigned_at') }} as assigned_date
    from {{ ref('experiment_assignments') }}
    where is_analysed

),

dated as (

    select
        assigned.experiment_id,
        assigned.customer_id,
        max(dates.as_of_date) as as_of_date
    from assigned
    inner join {{ ref('int_as_of__dates') }} as dates
        on assigned.assigned_date >= dates.as_of_date
    group by 1, 2

)

select
    dated.experiment_id,
    dated.customer_id,
    {%- for covariate in metric_covariates() %}
    features.{{ covariate }},
    {%- endfor %}
    dated.as_of_date
from dated
inner join {{ ref('customer_features') }} as features
    on dated.customer_id = features.customer_id
    and dated.as_of_date = features.as_of_date
