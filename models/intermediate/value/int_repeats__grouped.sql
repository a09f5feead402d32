{#- All that the models of orders need to know: customers who bought alike are one row.
    Pareto/NBD is slow to fit, so it sees at most value_sample_size customers of a date,
    drawn by the hash of their id, the same every time. -#}
{{ config(materialized='table') }}
{%- set settings = value_settings() -%}
with

customers as (

    select
        repeats.*,
        as_of.is_latest
    from {{ ref('int_customer_repeats__counted') }} as repeats
    inner join {{ ref('int_as_of__dates') }} as as_of
        on repeats.as_of_date = as_of.as_of_date

),

ranked as (

    select
        *,
        row_number() over (
            partition by as_of_date
            order by {{ draw_order() }}
        ) as place
    from customers
    {%- if settings.orders_model != 'pareto_nbd' %}
    where is_latest
    {%- endif %}

),

drawn as (

    select
        as_of_date,
        repeat_count,
        last_repeat_days,
        observed_days,
        count(*) as customer_count
    from ranked
    where place <= {{ settings.sample_size }}
    group by 1, 2, 3, 4

),

grouped as (

    select
        as_of_date,
        is_latest,
        repeat_count,
        last_repeat_days,
        observed_days,
        count(*) as customer_count
    from customers
    group by 1, 2, 3, 4, 5

)

select
    grouped.*,
    coalesce(drawn.customer_count, 0) as sampled_customer_count
from grouped
left join drawn on {{ is_same_repeats('grouped', 'drawn') }}
