{#- From each date of the spine to the next, all of them placed by the model of today:
    what moves is behaviour, not the model. Whoever was a customer before a date is
    one at every later one, so nobody leaves: rows into a segment are its customers.
    -#}
with

dates as (

    select
        as_of_date,
        lag(as_of_date) over (order by as_of_date) as previous_as_of_date
    from {{ ref('int_as_of__dates') }}

),

placed as (

    select * from {{ ref('int_segments__backcast') }}

),

names as (

    select names.*
    from {{ ref('segment_names') }} as names
    inner join {{ ref('int_segment_models__adopted') }} as adopted
        on names.model_version = adopted.model_version

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
    where dates.previous_as_of_date is not null
    group by 1, 2, 3, 4

)

select
    flows.as_of_date,
    flows.previous_as_of_date,
    flows.from_segment_id,
    from_names.segment_name as from_segment_name,
    flows.to_segment_id,
    to_names.segment_name as to_segment_name,
    flows.customer_count,
    {{ ratio('flows.customer_count',
        'sum(flows.customer_count) over (partition by flows.as_of_date, '
        ~ 'flows.from_segment_id)') }} as from_segment_share
from flows
left join names as from_names on flows.from_segment_id = from_names.segment_id
left join names as to_names on flows.to_segment_id = to_names.segment_id
