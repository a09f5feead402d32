{#- From each date of the spine to the next, all of them placed by the model of today:
    what moves is behaviour, not the model. Whoever was a customer before a date is
    one at every later one, so nobody leaves: rows into a segment are its customers.
    -#}
with

dates as (

    select * from {{ ref('int_as_of__dates') }}
    where previous_as_of_date is not null

),

placed as (

    select * from {{ ref('int_segments__backcast') }}

),

segments as (

    select * from {{ ref('segments') }}

),

flows as (

    select
        dates.as_of_date,
        dates.previous_as_of_date,
        earlier.segment_id as from_segment_id,
        later.segment_id as to_segment_id,
        count(*) as customer_count
    from dates
    inner join placed as later on dates.as_of_date = later.as_of_date
    left join placed as earlier
        on later.customer_id = earlier.customer_id
        and dates.previous_as_of_date = earlier.as_of_date
    group by 1, 2, 3, 4

)

select
    flows.as_of_date,
    flows.previous_as_of_date,
    flows.from_segment_id,
    from_segments.segment_name as from_segment_name,
    flows.to_segment_id,
    to_segments.segment_name as to_segment_name,
    flows.customer_count,
    {{ ratio('flows.customer_count',
        'sum(flows.customer_count) over (partition by flows.as_of_date, '
        ~ 'flows.from_segment_id)') }} as from_segment_share
from flows
left join segments as from_segments on flows.from_segment_id = from_segments.segment_id
left join segments as to_segments on flows.to_segment_id = to_segments.segment_id
