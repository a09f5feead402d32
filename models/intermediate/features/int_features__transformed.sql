{#- The features that segments are made of, transformed (segment_features), one column
    each, for the latest as-of date. What is missing stays so: whoever scales fills it. -#}
with

customer_features as (

    select * from {{ ref('customer_features') }}

),

transformed as (

    select
        customer_id,
        as_of_date,
        {{ transformed_features() | indent(8) }}
    from customer_features

)

select * from transformed
where as_of_date = (select max(as_of_date) from {{ ref('int_as_of__dates') }})
