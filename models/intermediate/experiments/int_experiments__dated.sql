{#- Until when an experiment is measured: its end, or where the data end. -#}
{{ config(materialized='table') }}
with

experiments as (

    select * from {{ ref('int_experiments__described') }}

),

latest as (

    select
        as_of_date,
        {{ local_midnight('as_of_date') }} as as_of_at
    from {{ ref('int_as_of__dates') }}
    where is_latest

),

dated as (

    select
        experiments.experiment_id,
        experiments.start_date,
        experiments.end_date,
        latest.as_of_date,
        least(experiments.end_date, latest.as_of_date) as until_date,
        latest.as_of_at,
        least(cast(experiments.end_date as timestamp), latest.as_of_at) as until_at
    from experiments
    cross join latest

)

select * from dated
