{#- What customers are worth from now on. A number is null where its model is not there,
    and a status says why. Beside the risk stands what became of such customers, as far
    as that date could know: P(alive) says nothing about the next 90 days. -#}
{%- set windows = ['30', '60', '90', 'horizon'] -%}
with

repeats as (

    select * from {{ ref('int_customer_repeats__counted') }}

),

spend as (

    select
        as_of_date,
        gamma_gamma_p as p,
        gamma_gamma_q as q,
        gamma_gamma_v as v
    from {{ ref('int_value_parameters__widened') }}

),

known as (

    select * from {{ ref('int_churn__known') }}

),

calibrated as (

    select distinct as_of_date from known

),

valued as (

    select
        repeats.customer_id,
        repeats.as_of_date,
        told.value_status,
        case
            when ranked.churn_risk is null then 'no churn risk'
            when calibrated.as_of_date is null
                then 'no 90 days are over since an earlier date'
            when known.customer_count is null then 'nobody was in this decile before'
            else 'calibrated'
        end as calibration_status,
        repeats.order_day_count,
        repeats.repeat_count,
        ranked.probability_alive,
        ranked.no_order_probability_90,
        ranked.churn_risk,
        ranked.churn_risk_decile,
        known.customer_count as observed_customer_count,
        cast(known.churned_count as double precision) / known.customer_count
            as observed_churn_ratio,
        {%- for window in windows %}
        expected.expected_orders_{{ window }},
        {%- endfor %}
        expected.discounted_expected_orders,
        spend.p * (
            spend.v + repeats.repeat_count * coalesce(repeats.mean_repeat_value, 0)
        ) / (spend.p * repeats.repeat_count + spend.q - 1) as expected_order_value
    from repeats
    inner join spend on repeats.as_of_date = spend.as_of_date
    inner join {{ ref('int_value_models__told') }} as told
        on repeats.as_of_date = told.as_of_date
    left join {{ ref('int_repeats__ranked') }} as ranked
        on {{ is_same_repeats('repeats', 'ranked') }}
    left join {{ ref('expected_orders') }} as expected
        on {{ is_same_repeats('repeats', 'expected') }}
    left join calibrated on repeats.as_of_date = calibrated.as_of_date
    left join known
        on repeats.as_of_date = known.as_of_date
        and ranked.churn_risk_decile = known.churn_risk_decile

)

select
    customer_id,
    case
        when
            value_status = 'complete'
            and discounted_expected_orders * expected_order_value is null
            then 'a number is not finite'
        else value_status
    end as value_status,
    calibration_status,
    cast(order_day_count as bigint) as order_day_count,
    cast(repeat_count as bigint) as repeat_count,
    probability_alive,
    no_order_probability_90,
    churn_risk,
    churn_risk_decile,
    cast(observed_customer_count as bigint) as observed_customer_count,
    observed_churn_ratio,
    {%- for window in windows %}
    expected_orders_{{ window }},
    {%- endfor %}
    discounted_expected_orders,
    expected_order_value,
    discounted_expected_orders * expected_order_value as lifetime_value,
    cast({{ value_settings().horizon_days }} as integer) as horizon_days,
    as_of_date
from valued
