{#- Why numbers are missing at a date, in words for whoever reads customer_value. -#}
{%- set orders_model = value_settings().orders_model -%}
with

parameters as (

    select
        as_of_date,
        is_latest,
        coalesce({{ orders_model }}_status, 'not_fitted') as orders_status,
        coalesce(gamma_gamma_status, 'not_fitted') as spend_status
    from {{ ref('int_value_parameters__widened') }}

)

select
    as_of_date,
    coalesce(nullif(concat_ws(
        '; ',
        case
            when orders_status != 'converged'
                then '{{ orders_model }}: ' || replace(orders_status, '_', ' ')
        end,
        case
            when spend_status != 'converged'
                then 'gamma_gamma: ' || replace(spend_status, '_', ' ')
        end,
        case
            when not is_latest then 'orders are forecast from the latest date only'
        end
    ), ''), 'complete') as value_status
from parameters
