{#- Groups of customers that have a quantile, and which ranks around it are kept.
    Sorting by a number takes half as long as by names. -#}
{{ config(materialized='table') }}
with

counted as (

    select
        experiment_id,
        metric,
        arm,
        segment_id,
        count(*) as customer_count
    from {{ ref('int_experiment_quantiles__measured') }}
    group by 1, 2, 3, 4

),

grouped as (

    select
        *,
        false as is_everybody
    from counted
    where segment_id is not null
    union all
    select
        experiment_id,
        metric,
        arm,
        cast(null as bigint) as segment_id,
        cast(sum(customer_count) as bigint) as customer_count,
        true as is_everybody
    from counted
    group by 1, 2, 3

),

numbered as (

    select
        grouped.*,
        row_number() over (
            order by
                grouped.experiment_id, grouped.metric, grouped.arm,
                grouped.is_everybody, grouped.segment_id
        ) as group_number,
        grouped.customer_count * asked.quantile as expected_rank,
        6 * sqrt(grouped.customer_count * asked.quantile * (1 - asked.quantile)) + 2
            as most_distance
    from grouped
    inner join {{ ref('int_experiment_metrics__asked') }} as asked
        on grouped.experiment_id = asked.experiment_id
        and grouped.metric = asked.metric

)

select * from numbered
