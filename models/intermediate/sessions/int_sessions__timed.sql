{#- Sessions with a duration. One moment has none: it is filled with the median of
    measured sessions on such a device that began with such an event, else of all, else
    with 0. -#}
{%- set measured_seconds -%}
cast(
            case
                when ended_at > started_at
                    then {{ exact_seconds_between('started_at', 'ended_at') }}
            end as double precision
        )
{%- endset %}
with

medians as (

    select
        device_type,
        landing_event_type,
        grouping(landing_event_type) = 1 as is_of_all,
        {{ median_of('measured_seconds') }} as median_seconds
    from (
        select
            device_type,
            landing_event_type,
            {{ measured_seconds | indent(4) }} as measured_seconds
        from {{ ref('int_sessions__measured') }}
    ) as measured
    group by grouping sets ((device_type, landing_event_type), ())

),

sessions as (

    select
        *,
        {{ measured_seconds }} as measured_seconds
    from {{ ref('int_sessions__measured') }}

),

timed as (

    select
        sessions.*,
        coalesce(
            sessions.measured_seconds, typical.median_seconds, overall.median_seconds, 0
        ) as duration_seconds,
        sessions.measured_seconds is null as is_duration_imputed
    from sessions
    left join medians as typical
        on not typical.is_of_all
        and sessions.device_type is not distinct from typical.device_type
        and sessions.landing_event_type = typical.landing_event_type
    inner join medians as overall on overall.is_of_all

)

select * from timed
