-- Every customer with outcomes is in one segment that is told, and revenue adds up.
with

told as (

    select
        sum(customer_count) as customer_count,
        sum(customer_count * kpi_value) as revenue
    from {{ ref('int_outcomes__totalled') }}
    where kpi = 'revenue'

),

outcomes as (

    select
        count(*) as customer_count,
        sum(
            case dated.window_days
                when 30 then outcomes.revenue_30
                when 60 then outcomes.revenue_60
                else outcomes.revenue_90
            end
        ) as revenue
    from {{ ref('customer_outcomes') }} as outcomes
    inner join {{ ref('int_validation__dated') }} as dated
        on outcomes.as_of_date = dated.as_of_date

)

select
    told.customer_count,
    outcomes.customer_count as customers_with_outcomes
from told
cross join outcomes
where
    coalesce(told.customer_count, 0) != outcomes.customer_count
    or abs(coalesce(told.revenue, 0) - coalesce(outcomes.revenue, 0)) > 0.01
