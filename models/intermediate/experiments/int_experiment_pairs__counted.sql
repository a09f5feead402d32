{#- Customers who are analysed in two experiments of the same time, by both arms. -#}
{{ config(materialized='table') }}
with

experiments as (

    select * from {{ ref('int_experiments__described') }}

),

pairs as (

    select
        experiments.experiment_id,
        others.experiment_id as other_experiment_id
    from experiments
    inner join experiments as others
        on experiments.experiment_id < others.experiment_id
        and experiments.start_date < others.end_date
        and experiments.end_date > others.start_date

),

analysed as (

    select
        experiment_id,
        customer_id,
        arm
    from {{ ref('int_assignments__judged') }}
    where
        status = 'in'
        and experiment_id in (
            select experiment_id from pairs
            union all
            select other_experiment_id from pairs
        )

),

counted as (

    select
        pairs.experiment_id,
        pairs.other_experiment_id,
        analysed.arm,
        others.arm as other_arm,
        count(*) as customer_count
    from pairs
    inner join analysed on pairs.experiment_id = analysed.experiment_id
    inner join analysed as others
        on pairs.other_experiment_id = others.experiment_id
        and analysed.customer_id = others.customer_id
    group by 1, 2, 3, 4

),

both_ways as (

    select * from counted
    union all
    select
        other_experiment_id as experiment_id,
        experiment_id as other_experiment_id,
        other_arm as arm,
        arm as other_arm,
        customer_count
    from counted

)

select * from both_ways
