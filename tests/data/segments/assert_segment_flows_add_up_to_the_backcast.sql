-- Into a segment at a date flow exactly its customers; out of a segment at the date
-- before flow exactly its customers then: nobody who was a customer is ever none later.
with

dates as (

    select * from {{ ref('int_as_of__dates') }}
    where previous_as_of_date is not null

),

placed as (

    select
        as_of_date,
        segment_id,
        count(*) as customer_count
    from {{ ref('int_segments__backcast') }}
    group by 1, 2

),

expected as (

    select
        'into' as direction,
        dates.as_of_date,
        placed.segment_id,
        placed.customer_count
    from dates
    inner join placed on dates.as_of_date = placed.as_of_date
    union all
    select
        'out of' as direction,
        dates.as_of_date,
        placed.segment_id,
        placed.customer_count
    from dates
    inner join placed on dates.previous_as_of_date = placed.as_of_date

),

flown as (

    select
        'into' as direction,
        as_of_date,
        to_segment_id as segment_id,
        sum(customer_count) as customer_count
    from {{ ref('segment_flows') }}
    group by 1, 2, 3
    union all
    select
        'out of' as direction,
        as_of_date,
        from_segment_id as segment_id,
        sum(customer_count) as customer_count
    from {{ ref('segment_flows') }}
    where from_segment_id is not null
    group by 1, 2, 3

)

select
    coalesce(expected.direction, flown.direction) as direction,
    coalesce(expected.as_of_date, flown.as_of_date) as as_of_date,
    coalesce(expected.segment_id, flown.segment_id) as segment_id,
    expected.customer_count as expected_customer_count,
    flown.customer_count as flown_customer_count
from expected
full outer join flown
    on expected.direction = flown.direction
    and expected.as_of_date = flown.as_of_date
    and expected.segment_id = flown.segment_id
where expected.customer_count is distinct from flown.customer_count
