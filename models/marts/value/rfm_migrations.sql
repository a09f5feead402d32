{#- From each date of the spine to the next. Whoever bought before a date has bought
    before every later one, so nobody leaves: rows into a segment are its customers. -#}
with

dates as (

    select * from {{ ref('int_as_of__dates') }}
    where previous_as_of_date is not null

),

scores as (

    select * from {{ ref('rfm_scores') }}

),

moves as (

    select
        dates.as_of_date,
        dates.previous_as_of_date,
        coalesce(earlier.rfm_segment, 'No order yet') as from_segment,
        later.rfm_segment as to_segment,
        count(*) as customer_count,
        sum(later.revenue) as revenue
    from dates
    inner join scores as later on dates.as_of_date = later.as_of_date
    left join scores as earlier
        on later.customer_id = earlier.customer_id
        and dates.previous_as_of_date = earlier.as_of_date
    group by 1, 2, 3, 4

)

select
    as_of_date,
    previous_as_of_date,
    from_segment,
    to_segment,
    customer_count,
    {{ ratio('customer_count',
        'sum(customer_count) over (partition by as_of_date, from_segment)') }}
        as from_segment_share,
    cast(revenue as decimal(18, 4)) as revenue
from moves
