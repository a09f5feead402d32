{#- The segment of everybody from one first day of a month to the next. Other as-of
    dates hang on when a build ran; what is assigned by these can be assigned again. -#}
with

dates as (

    select as_of_date from {{ ref('int_as_of__dates') }}
    where as_of_date = {{ month_start('as_of_date', 0) }}

),

spans as (

    select
        as_of_date,
        cast(as_of_date as timestamp) as in_force_from,
        coalesce(
            lead(cast(as_of_date as timestamp)) over (order by as_of_date),
            timestamp '9999-12-31'
        ) as in_force_until
    from dates

),

in_force as (

    select
        placed.customer_id,
        placed.segment_id,
        names.segment_name,
        spans.in_force_from,
        spans.in_force_until
    from {{ ref('int_segments__backcast') }} as placed
    inner join spans on placed.as_of_date = spans.as_of_date
    inner join {{ ref('segment_names') }} as names
        on placed.model_version = names.model_version
        and placed.segment_id = names.segment_id

)

select * from in_force
