{#- Who bought nothing has no score, whatever else is known of them. -#}
with

customer_features as (

    select * from {{ ref('customer_features') }}

),

buyers as (

    select
        customer_id,
        as_of_date,
        order_recency_days as recency_days,
        order_count,
        revenue
    from customer_features
    where order_count > 0

)

select * from buyers
