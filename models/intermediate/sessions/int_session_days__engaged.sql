{#- Session days with their engaged time. What came before the first heartbeat counts
    once, on the first day that has one: a later day adds to it and changes nothing. -#}
with

session_days as (

    select
        *,
        min(activity_date) over (partition by session_id) as first_date,
        min(case when page_ping_count > 0 then activity_date end) over (
            partition by session_id
        ) as first_heartbeat_date
    from {{ ref('int_session_days__measured') }}

),

engaged as (

    select
        *,
        activity_date = first_date as is_first_day,
        cast(
            case
                when page_ping_count = 0 then coalesce(gap_seconds, 0)
                when activity_date = first_heartbeat_date
                    then heartbeat_seconds + {{ var('minimum_visit_seconds') }}
                else heartbeat_seconds
            end as decimal(18, 6)
        ) as engaged_seconds
    from session_days

)

select * from engaged
