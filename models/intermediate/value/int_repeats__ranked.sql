{#- The decile of a risk is by the share of customers of the date whose risk is lower:
    customers of equal risk share one, however many they are, and one may be empty. -#}
{{ config(materialized='table') }}
with

repeats as (

    select
        grouped.as_of_date,
        grouped.repeat_count,
        grouped.last_repeat_days,
        grouped.observed_days,
        grouped.customer_count,
        alive.probability_alive,
        1 - alive.probability_alive as churn_risk
    from {{ ref('int_repeats__grouped') }} as grouped
    inner join {{ ref('int_repeats__alive') }} as alive
        on {{ is_same_repeats('grouped', 'alive') }}
    where alive.probability_alive is not null

),

counted as (

    select
        *,
        sum(customer_count) over (partition by as_of_date) as all_count,
        sum(customer_count) over (partition by as_of_date order by churn_risk)
            as up_to_count,
        sum(customer_count) over (partition by as_of_date, churn_risk) as equal_count
    from repeats

)

select
    as_of_date,
    repeat_count,
    last_repeat_days,
    observed_days,
    probability_alive,
    churn_risk,
    cast(1 + floor(
        10 * cast(up_to_count - equal_count as double precision) / all_count
    ) as integer) as churn_risk_decile
from counted
