{#- All that the models of orders need to know: customers who bought alike are one row.
    Pareto/NBD is slow to fit, so it sees at most value_sample_size customers, drawn by
    the hash of their id, the same every time. -#}
{{ config(materialized='table') }}
{%- set settings = value_settings() -%}
with

customers as (

    select
        repeats.*,
        as_of.is_latest,
        row_number() over (
            partition by repeats.as_of_date
            order by md5(cast(repeats.customer_id as varchar)), repeats.customer_id
        ) as place
    from {{ ref('int_customer_repeats__counted') }} as repeats
    inner join {{ ref('int_as_of__dates') }} as as_of
        on repeats.as_of_date = as_of.as_of_date

),

grouped as (

    select
        as_of_date,
        is_latest,
        repeat_count,
        last_repeat_days,
        observed_days,
        count(*) as customer_count,
        sum(case when place <= {{ settings.sample_size }} then 1 else 0 end)
            as sampled_customer_count
    from customers
    group by 1, 2, 3, 4, 5

)

select * from grouped
