{#- Categories bought from, and ratings, over all time: a category counts from the day
    it was first bought. -#}
with

items as (

    select * from {{ ref('int_customer_items__counted') }}

),

first_bought as (

    select
        customer_id,
        item,
        min(activity_date) as activity_date
    from items
    where item_kind = 'category' and item is not null and bought_count > 0
    group by 1, 2

),

counted as (

    select
        customer_id,
        1 as category_count,
        0 as score_sum,
        0 as score_count,
        activity_date
    from first_bought

    union all

    select
        customer_id,
        0 as category_count,
        score_sum,
        score_count,
        activity_date
    from items
    where item_kind = 'feedback'

),

accumulated as (

    select
        counted.customer_id,
        dates.place,
        dates.as_of_date,
        sum(counted.category_count) as category_count,
        sum(counted.score_sum) as score_sum,
        sum(counted.score_count) as score_count
    from counted
    inner join {{ ref('int_as_of__days') }} as dates
        on counted.activity_date = dates.activity_date
    group by 1, 2, 3

)

select * from accumulated
