{#- What the model of spend needs to know. Customers without a repeat order are counted,
    too, so that the fit can say why it has none. -#}
{{ config(materialized='table') }}
with

repeats as (

    select * from {{ ref('int_customer_repeats__counted') }}

)

select
    as_of_date,
    repeat_count,
    mean_repeat_value,
    count(*) as customer_count
from repeats
group by 1, 2, 3
