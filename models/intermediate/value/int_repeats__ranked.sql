{#- The decile of a risk is by the share of customers of the date whose risk is lower:
    customers of equal risk share one, however many they are, and one may be empty. -#}
{{ config(materialized='table') }}
with

repeats as (

    select
        *,
        1 - probability_alive as churn_risk
    from {{ ref('int_repeats__scored') }}

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
    no_order_probability_90,
    churn_risk,
    cast(1 + floor(
        10 * cast(up_to_count - equal_count as double precision) / all_count
    ) as integer) as churn_risk_decile
from counted
