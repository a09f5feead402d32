-- An event that is used must not lie in a time of which its own user had said no to
-- analytics. Told from the published changes: the last one up to the event is no yes.
with

changes as (

    select
        pseudonym,
        status,
        said_at
    from {{ ref('consent_changes') }}
    where purpose = 'analytics' and identifier_kind = 'user_id'

),

refusals as (

    select
        refused.pseudonym,
        refused.said_at,
        min(granted.said_at) as ended_at
    from changes as refused
    left join changes as granted
        on refused.pseudonym = granted.pseudonym
        and refused.said_at < granted.said_at
        and granted.status = 'granted'
    where refused.status = 'denied'
    group by refused.pseudonym, refused.said_at

)

select
    accepted.source,
    accepted.event_id,
    accepted.occurred_at,
    refusals.said_at
from {{ ref('int_events__accepted') }} as accepted
inner join refusals
    on accepted.user_key = refusals.pseudonym
    and accepted.occurred_at >= refusals.said_at
    and (accepted.occurred_at < refusals.ended_at or refusals.ended_at is null)
