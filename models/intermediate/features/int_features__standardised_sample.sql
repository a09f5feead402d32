{#- The z-scores of the customers that the segments are fitted on. -#}
with

standardised as (

    select * from {{ ref('int_features__standardised') }}

),

sampled as (

    select customer_id from {{ ref('int_features__sampled') }}

)

select
    cast(standardised.customer_id as varchar) as customer_id,
    {%- for name in var('segment_features') %}
    standardised.{{ name }}{% if not loop.last %},{% endif %}
    {%- endfor %}
from standardised
inner join sampled on cast(standardised.customer_id as varchar) = sampled.customer_id
