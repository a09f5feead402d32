{#- What a date could know of each decile: dates that lie 90 days back at least. -#}
with

dates as (

    select as_of_date from {{ ref('int_as_of__dates') }}

),

observed as (

    select * from {{ ref('int_churn__observed') }}

)

select
    dates.as_of_date,
    observed.churn_risk_decile,
    sum(observed.customer_count) as customer_count,
    sum(observed.churned_count) as churned_count
from dates
inner join observed
    on dates.as_of_date >= {{ days_after('observed.as_of_date', 90) }}
group by 1, 2
