{#- How late the events of a day were. Duplicates are no events of their own; bots,
    double-fires and rows without consent tell nothing of customers. -#}
{{ config(
    materialized='incremental',
    incremental_strategy='append',
    pre_hook="{{ forget_touched_dates() }}",
) }}
-- depends_on: {{ ref('int_visitor_days__touched') }}
with

events as (

    select
        delivered.activity_date as utc_date,
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
        and delivered.activity_date = set_aside.activity_date
    where
        delivered.invalid_reason is null
        and coalesce(set_aside.bucket, 'kept') in ('kept', 'late')
        and {{ is_on_touched_date('delivered.activity_date')
            if is_incremental() and not touches_everything() else '1 = 1' }}

),

event_days as (

    select
        utc_date,
        activity_date,
        count(*) as event_count,
        sum(case when is_late then 1 else 0 end) as late_event_count,
        sum(case when is_set_aside then 1 else 0 end) as set_aside_event_count,
        count(delay_seconds) as timed_event_count,
        sum(delay_seconds) as delay_seconds,
        max(delay_seconds) as longest_delay_seconds
    from events
    group by 1, 2

)

select * from event_days
