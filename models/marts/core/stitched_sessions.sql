with

sessions as (

    select * from {{ ref('sessions') }}

),

stitched_sessions as (

    select
        stitched_session_id,
        customer_id,
        count(*) as session_count,
        count(distinct visitor_id) as visitor_count,
        cast(sum(event_count) as bigint) as event_count,
        cast(sum(page_view_count) as bigint) as page_view_count,
        cast(sum(purchase_count) as bigint) as purchase_count,
        cast(
            sum(cast(engaged_seconds as decimal(18, 6))) as double precision
        ) as engaged_seconds,
        min(started_at) as started_at,
        max(ended_at) as ended_at
    from sessions
    group by 1, 2

)

select * from stitched_sessions
