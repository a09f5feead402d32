-- Into a segment at a date move exactly its customers, with their revenue; out of a
-- segment at the date before move exactly its customers then: nobody with an order is
-- ever without one later.
with

dates as (

    select * from {{ ref('int_as_of__dates') }}
    where previous_as_of_date is not null

),

segments as (

    select * from {{ ref('rfm_segments') }}

),

expected as (

    select
        'into' as direction,
        dates.as_of_date,
        segments.rfm_segment,
        segments.customer_count,
        segments.revenue
    from dates
    inner join segments on dates.as_of_date = segments.as_of_date
    union all
    select
        'out of' as direction,
        dates.as_of_date,
        segments.rfm_segment,
        segments.customer_count,
        cast(null as decimal(18, 4)) as revenue
    from dates
    inner join segments on dates.previous_as_of_date = segments.as_of_date

),

moved as (

    select
        'into' as direction,
        as_of_date,
        to_segment as rfm_segment,
        sum(customer_count) as customer_count,
        sum(revenue) as revenue
    from {{ ref('rfm_migrations') }}
    group by 1, 2, 3
    union all
    select
        'out of' as direction,
        as_of_date,
        from_segment as rfm_segment,
        sum(customer_count) as customer_count,
        cast(null as decimal(18, 4)) as revenue
    from {{ ref('rfm_migrations') }}
    where from_segment != 'No order yet'
    group by 1, 2, 3

),

compared as (

    select
        coalesce(expected.direction, moved.direction) as direction,
        coalesce(expected.as_of_date, moved.as_of_date) as as_of_date,
        coalesce(expected.rfm_segment, moved.rfm_segment) as rfm_segment,
        coalesce(expected.customer_count, 0) as expected_customer_count,
        coalesce(moved.customer_count, 0) as moved_customer_count,
        coalesce(expected.revenue, 0) as expected_revenue,
        coalesce(moved.revenue, 0) as moved_revenue
    from expected
    full outer join moved
        on expected.direction = moved.direction
        and expected.as_of_date = moved.as_of_date
        and expected.rfm_segment = moved.rfm_segment

)

select * from compared
where
    expected_customer_count != moved_customer_count
    or expected_revenue != moved_revenue
