-- A number that is missing without a word is as bad as one that is made up: statuses
-- and numbers of customer_value must agree.
with

customers as (

    select
        *,
        case
            when
                probability_alive is null
                or no_order_probability_90 is null
                or churn_risk_decile is null
                or expected_orders_30 is null
                or expected_orders_60 is null
                or expected_orders_90 is null
                or expected_orders_horizon is null
                or lifetime_value is null
                then 1
            else 0
        end as has_gap
    from {{ ref('customer_value') }}

)

select
    customer_id,
    as_of_date,
    value_status,
    calibration_status
from customers
where
    has_gap != case when value_status = 'complete' then 0 else 1 end
    or (observed_churn_ratio is null) != (calibration_status != 'calibrated')
