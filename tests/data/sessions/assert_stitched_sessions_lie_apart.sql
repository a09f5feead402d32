-- Visits of one customer that come closer than the timeout are one visit that was not
-- stitched.
with

ordered as (

    select
        customer_id,
        stitched_session_id,
        started_at,
        max(ended_at) over (
            partition by customer_id order by started_at, stitched_session_id
            rows between unbounded preceding and 1 preceding
        ) as active_until
    from {{ ref('stitched_sessions') }}

)

select * from ordered
where started_at <= {{ seconds_after('active_until', var('session_timeout_seconds')) }}
