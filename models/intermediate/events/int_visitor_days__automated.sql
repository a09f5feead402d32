{#- Days on which a visitor was faster than people are, or looked at more than people do
    without doing anything else. A minute counts only if its events are spread over ten
    seconds: rows of a batch that share one timestamp are no bot. A day with a login, a
    heartbeat, a search or anything else but views is never without engagement. -#}
{%- set views = "('page_view', 'screen_view', 'product_view')" -%}
with

screened as (

    select * from {{ ref('int_events__screened') }}
    where bucket is null and repeated_key is null

),

minutes as (

    select
        visitor_id,
        activity_date,
        floor({{ epoch_seconds('occurred_at') }} / 60) as minute_number
    from screened
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
    from screened
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
