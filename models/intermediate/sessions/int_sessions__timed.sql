{#- Sessions with a duration. One moment has none: it is filled with the median of
    measured sessions on such a device that began with such an event, else of all, else
    with 0. -#}
with

sessions as (

    select
        *,
        cast(
            case
                when ended_at > started_at
                    then {{ exact_seconds_between('started_at', 'ended_at') }}
            end as double precision
        ) as measured_seconds
    from {{ ref('int_sessions__stitched') }}

),

typical as (

    select
        device_type,
        landing_event_type,
        {{ median_of('measured_seconds') }} as median_seconds
    from sessions
    where measured_seconds is not null
    group by 1, 2

),

overall as (

    select {{ median_of('measured_seconds') }} as median_seconds
    from sessions

),

timed as (

    select
        sessions.*,
        coalesce(
            sessions.measured_seconds, typical.median_seconds, overall.median_seconds, 0
        ) as duration_seconds,
        sessions.measured_seconds is null as is_duration_imputed
    from sessions
    left join typical
        on sessions.device_type is not distinct from typical.device_type
        and sessions.landing_event_type = typical.landing_event_type
    cross join overall

)

select * from timed
