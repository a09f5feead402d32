-- Sessions are the only way from events to features: an event in none, or in two, would
-- falsify everything downstream. Client sessions may end at their cap with events left.
with

kept as (

    select count(*) as event_count from {{ ref('int_events__accepted') }}

),

in_sessions as (

    select coalesce(sum(event_count), 0) as event_count from {{ ref('sessions') }}

)

select
    kept.event_count as kept_event_count,
    in_sessions.event_count as session_event_count
from kept
cross join in_sessions
where
    kept.event_count
    {{ '<' if uses_client_sessions() else '!=' }} in_sessions.event_count
