{#- Session days with their engaged time. What came before the first heartbeat counts
    once, on the first day that has one: a later day adds to it and changes nothing.
    Most sessions have one day, so the others are found first. -#}
with

of_several_days as (

    select
        session_id,
        min(activity_date) as first_date,
        min(case when page_ping_count > 0 then activity_date end)
            as first_heartbeat_date
    from {{ ref('int_session_days__measured') }}
    group by 1
    having count(*) > 1

),

session_days as (

    select
        days.*,
        of_several_days.session_id is null as is_whole_session,
        coalesce(of_several_days.first_date, days.activity_date) as first_date,
        coalesce(of_several_days.first_heartbeat_date, days.activity_date)
            as first_heartbeat_date
    from {{ ref('int_session_days__measured') }} as days
    left join of_several_days on days.session_id = of_several_days.session_id

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
