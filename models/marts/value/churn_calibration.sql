{#- What was predicted against what followed. The base rate's Brier score is that of one
    number for everybody: the ratio of the date itself, known only afterwards, so that
    whatever is better is so by merit. -#}
with

deciles as (

    select * from {{ ref('int_churn__observed') }}

),

dates as (

    select
        as_of_date,
        cast(sum(churned_count) as double precision) / sum(customer_count) as base_ratio
    from deciles
    group by 1

),

compared as (

    select
        deciles.*,
        cast(
            deciles.churned_count * (1 - dates.base_ratio) * (1 - dates.base_ratio)
            + (deciles.customer_count - deciles.churned_count)
            * dates.base_ratio * dates.base_ratio as decimal(38, 15)
        ) as base_squared_error
    from deciles
    inner join dates on deciles.as_of_date = dates.as_of_date

),

totals as (

    select
        true as is_every_date,
        true as is_every_decile
    union all
    select
        true as is_every_date,
        false as is_every_decile
    union all
    select
        false as is_every_date,
        true as is_every_decile
    union all
    select
        false as is_every_date,
        false as is_every_decile

),

calibration as (

    select
        case when not totals.is_every_date then compared.as_of_date end as as_of_date,
        case when not totals.is_every_decile then compared.churn_risk_decile end
            as churn_risk_decile,
        sum(compared.customer_count) as customer_count,
        sum(compared.churned_count) as churned_count,
        cast(sum(compared.churn_risk) as double precision) as churn_risk,
        cast(sum(compared.squared_error) as double precision) as squared_error,
        cast(sum(compared.no_order_probability) as double precision)
            as no_order_probability,
        cast(sum(compared.no_order_squared_error) as double precision)
            as no_order_squared_error,
        cast(sum(compared.base_squared_error) as double precision)
            as base_squared_error
    from compared
    cross join totals
    group by 1, 2

)

select
    cast(churn_risk_decile as integer) as churn_risk_decile,
    cast(customer_count as bigint) as customer_count,
    churn_risk / customer_count as mean_churn_risk,
    no_order_probability / customer_count as mean_no_order_probability,
    cast(churned_count as double precision) / customer_count as observed_churn_ratio,
    squared_error / customer_count as brier_score,
    no_order_squared_error / customer_count as no_order_brier_score,
    base_squared_error / customer_count as base_rate_brier_score,
    as_of_date
from calibration
