{#- The features of the date that was scored last, by what is known today: as
    int_features__transformed has them for the latest. -#}
with

recalled as (

    select
        customer_id,
        as_of_date,
        {{ transformed_features() | indent(8) }}
    from {{ ref('int_customer_features__computed') }}
    where place = 0

)

select * from recalled
