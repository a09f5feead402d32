-- Every score is in one segment and the cuts are made of the same customers: a
-- customer, an order or a cent that is missing from a table of segments shows here.
with

scored as (

    select
        as_of_date,
        count(*) as customer_count,
        sum(order_count) as order_count,
        sum(revenue) as revenue
    from {{ ref('rfm_scores') }}
    group by 1

),

segmented as (

    select
        as_of_date,
        sum(customer_count) as customer_count,
        sum(order_count) as order_count,
        sum(revenue) as revenue
    from {{ ref('rfm_segments') }}
    group by 1

),

compared as (

    select
        cuts.as_of_date,
        cuts.measure,
        cuts.customer_count as cut_customer_count,
        coalesce(scored.customer_count, 0) as customer_count,
        segmented.customer_count as segmented_customer_count,
        coalesce(scored.order_count, 0) as order_count,
        segmented.order_count as segmented_order_count,
        coalesce(scored.revenue, 0) as revenue,
        segmented.revenue as segmented_revenue
    from {{ ref('rfm_cuts') }} as cuts
    left join scored on cuts.as_of_date = scored.as_of_date
    left join segmented on cuts.as_of_date = segmented.as_of_date

)

select * from compared
where
    cut_customer_count != customer_count
    or segmented_customer_count is null
    or segmented_customer_count != customer_count
    or segmented_order_count != order_count
    or segmented_revenue != revenue
