{#- What became of every decile in the 90 days after a date, where they are over: sums,
    so that dates can be put together, in decimals, so that threads do not matter. -#}
{{ config(materialized='table') }}
with

customers as (

    select
        repeats.as_of_date,
        ranked.churn_risk_decile,
        ranked.churn_risk,
        ranked.no_order_probability_90 as no_order,
        case when outcomes.order_count_90 = 0 then 1 else 0 end as has_churned
    from {{ ref('int_customer_repeats__counted') }} as repeats
    inner join {{ ref('customer_outcomes') }} as outcomes
        on repeats.customer_id = outcomes.customer_id
        and repeats.as_of_date = outcomes.as_of_date
    inner join {{ ref('int_repeats__ranked') }} as ranked
        on {{ is_same_repeats('repeats', 'ranked') }}
    where outcomes.order_count_90 is not null

)

select
    as_of_date,
    churn_risk_decile,
    count(*) as customer_count,
    sum(has_churned) as churned_count,
    sum(cast(churn_risk as decimal(38, 15))) as churn_risk,
    sum(cast(
        (churn_risk - has_churned) * (churn_risk - has_churned) as decimal(38, 15)
    )) as squared_error,
    sum(cast(no_order as decimal(38, 15))) as no_order_probability,
    sum(cast(
        (no_order - has_churned) * (no_order - has_churned) as decimal(38, 15)
    )) as no_order_squared_error
from customers
group by 1, 2
