{#- The features that segments are made of, transformed (segment_features), one column
    each, for the latest as-of date. What is missing stays so: whoever scales fills it. -#}
{%- set features = var('segment_features') -%}
with

customer_features as (

    select * from {{ ref('customer_features') }}

),

transformed as (

    select
        customer_id,
        as_of_date,
        {%- for name, transform in features.items() %}
        {{ transformed_value(name, transform) }} as {{ name }}
        {%- if not loop.last %},{% endif %}
        {%- endfor %}
    from customer_features

)

select * from transformed
where as_of_date = (select max(as_of_date) from {{ ref('int_as_of__dates') }})
