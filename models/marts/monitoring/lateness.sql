{#- How late rows are, and what that did to what had been said before. Without the
    duplicates, which are no events of their own. -#}
with

events as (

    select
        {{ local_date('delivered.occurred_at') }} as activity_date,
        {{ is_late('delivered') }} as is_late,
        coalesce(set_aside.bucket, 'kept') = 'late' as is_set_aside,
        {{ exact_seconds_between('delivered.occurred_at', 'delivered.received_at') }}
            as delay_seconds
    from {{ ref('int_events__delivered') }} as delivered
    left join {{ ref('int_events__set_aside') }} as set_aside
        on delivered.source = set_aside.source
        and delivered.event_id = set_aside.event_id
        and delivered.copy_number = set_aside.copy_number
    where
        delivered.invalid_reason is null
        and coalesce(set_aside.bucket, 'late') = 'late'

),

event_days as (

    select
        activity_date,
        count(*) as event_count,
        sum(case when is_late then 1 else 0 end) as late_event_count,
        sum(case when is_set_aside then 1 else 0 end) as set_aside_event_count,
        sum(delay_seconds) / count(delay_seconds) as average_delay_seconds,
        max(delay_seconds) as longest_delay_seconds
    from events
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
