{#- Arms that were planned, also those that nobody is in. -#}
with

counted as (

    select
        experiment_id,
        arm,
        count(*) as customer_count
    from {{ ref('experiment_assignments') }}
    where is_analysed
    group by 1, 2

)

select
    arms.experiment_id,
    arms.arm,
    arms.arm_number,
    arms.share,
    coalesce(counted.customer_count, 0) as customer_count,
    arms.is_control
from {{ ref('int_experiment_arms__described') }} as arms
left join counted
    on arms.experiment_id = counted.experiment_id and arms.arm = counted.arm
