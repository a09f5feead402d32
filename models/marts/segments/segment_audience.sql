with

counted as (

    select * from {{ ref('int_audience__counted') }}

),

suppressions as (

    select
        cast(breakdown as varchar) as breakdown,
        cast(value as varchar) as value,
        cast(segment_id as bigint) as segment_id,
        cast(is_suppressed as boolean) as is_suppressed
    from {{ ref('audience_suppressions') }}

),

names as (

    select * from {{ ref('segments') }}

),

segment_audience as (

    select
        counted.breakdown,
        counted.value,
        counted.segment_id,
        names.segment_name,
        case when not suppressions.is_suppressed then counted.customer_count end
            as customer_count,
        suppressions.is_suppressed
    from counted
    inner join suppressions
        on counted.breakdown = suppressions.breakdown
        and counted.value = suppressions.value
        and counted.segment_id is not distinct from suppressions.segment_id
    left join names on counted.segment_id = names.segment_id

)

select * from segment_audience
