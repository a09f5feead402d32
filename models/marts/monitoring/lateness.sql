{#- How late rows are, and what that did to what had been said before. -#}
with

event_days as (

    select
        activity_date,
        cast(sum(event_count) as bigint) as event_count,
        sum(late_event_count) as late_event_count,
        sum(set_aside_event_count) as set_aside_event_count,
        sum(delay_seconds) / sum(timed_event_count) as average_delay_seconds,
        max(longest_delay_seconds) as longest_delay_seconds
    from {{ ref('int_event_days__delayed') }}
    group by 1

),

session_days as (

    select
        {{ local_date('started_at') }} as activity_date,
        count(*) as published_session_count,
        sum(case when revision_count > 0 then 1 else 0 end) as revised_session_count
    from {{ ref('int_sessions__published') }}
    where rules = '{{ local_md5(rule_settings()) }}'
    group by 1

)

select
    event_days.activity_date,
    event_days.event_count,
    cast(event_days.late_event_count as bigint) as late_event_count,
    cast(event_days.set_aside_event_count as bigint) as set_aside_event_count,
    {{ ratio('event_days.late_event_count', 'event_days.event_count') }}
        as late_event_share,
    cast(event_days.average_delay_seconds as double precision)
        as average_delay_seconds,
    cast(event_days.longest_delay_seconds as double precision)
        as longest_delay_seconds,
    coalesce(session_days.published_session_count, 0) as published_session_count,
    cast(coalesce(session_days.revised_session_count, 0) as bigint)
        as revised_session_count,
    {{ ratio('session_days.revised_session_count',
        'session_days.published_session_count') }} as revised_session_share
from event_days
left join session_days on event_days.activity_date = session_days.activity_date
