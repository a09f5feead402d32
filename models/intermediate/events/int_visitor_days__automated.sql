{#- Days on which a visitor was faster than people are. A minute counts only if its
    events are spread over ten seconds: rows of a batch that share one timestamp
    are no bot. -#}
with

minutes as (

    select
        visitor_id,
        activity_date,
        floor({{ epoch_seconds('occurred_at') }} / 60) as minute_number
    from {{ ref('int_events__screened') }}
    where bucket is null and not is_repeated_key and event_type != 'page_ping'
    group by 1, 2, 3
    having
        count(*) > {{ var('bot_events_per_minute') }}
        and max({{ epoch_seconds('occurred_at') }})
        - min({{ epoch_seconds('occurred_at') }}) >= 10

)

select distinct
    visitor_id,
    activity_date
from minutes
