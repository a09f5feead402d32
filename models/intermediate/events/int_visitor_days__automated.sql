{#- Days on which a visitor was faster than people are, or looked at more than people do
    without doing anything else. A minute counts only if its events are spread over ten
    seconds: rows of a batch that share one timestamp are no bot. A day with a login, a
    heartbeat, a search or anything else but views is never without engagement. Only days
    with more events than either limit are looked into. -#}
{%- set views = "('page_view', 'screen_view', 'product_view')" -%}
{%- set limits = [
    var('bot_events_per_minute'), var('bot_views_without_engagement'),
] -%}
with

busy as (

    select
        visitor_id,
        activity_date
    from {{ ref('int_events__pending') }}
    group by 1, 2
    having count(*) > {{ limits | min }}

),

events as (

    select
        pending.visitor_id,
        pending.event_type,
        pending.user_key is not null as has_user,
        pending.activity_date,
        pending.occurred_at
    from {{ ref('int_events__pending') }} as pending
    inner join busy
        on pending.visitor_id = busy.visitor_id
        and pending.activity_date = busy.activity_date
    left join {{ ref('int_events__screened') }} as screened
        on pending.source = screened.source
        and pending.event_id = screened.event_id
        and pending.copy_number = screened.copy_number
        and pending.activity_date = screened.activity_date
    where screened.event_id is null

),

minutes as (

    select
        visitor_id,
        activity_date,
        floor({{ epoch_seconds('occurred_at') }} / 60) as minute_number
    from events
    where event_type != 'page_ping'
    group by 1, 2, 3
    having
        count(*) > {{ var('bot_events_per_minute') }}
        and max({{ epoch_seconds('occurred_at') }})
        - min({{ epoch_seconds('occurred_at') }}) >= 10

),

idle_days as (

    select
        visitor_id,
        activity_date
    from events
    group by 1, 2
    having
        count(*) > {{ var('bot_views_without_engagement') }}
        and max(
            case when event_type in {{ views }} and not has_user then 0 else 1 end
        ) = 0

),

automated as (

    select
        visitor_id,
        activity_date,
        'rate' as reason
    from minutes
    union all
    select
        visitor_id,
        activity_date,
        'views without engagement' as reason
    from idle_days

)

select
    visitor_id,
    activity_date,
    min(reason) as reason
from automated
group by 1, 2
