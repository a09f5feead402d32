{#- Fragments of one customer across cookies and devices become one visit when the
    gap to everything before is within the timeout. Narrow, since it is ordered twice:
    what else is known of a session stands in int_sessions__measured. -#}
{{ config(materialized='table') }}
with

sessions as (

    select
        sessions.session_id,
        sessions.visitor_id,
        sessions.client_session_id,
        coalesce(users.customer_id, visitors.customer_id) as customer_id,
        sessions.event_count,
        sessions.first_received_at,
        sessions.started_at,
        sessions.ended_at
    from {{ ref('int_sessions__measured') }} as sessions
    left join {{ ref('int_identity__components') }} as users
        on sessions.user_key = users.pseudonym
    left join {{ ref('int_visitors__held') }} as visitors
        on {{ is_held_at('visitors', 'sessions.visitor_id', 'sessions.ended_at') }}

),

ordered as (

    select
        *,
        max(ended_at) over (
            partition by customer_id order by started_at, session_id
            rows between unbounded preceding and 1 preceding
        ) as active_until
    from sessions

),

stitched as (

    select
        *,
        max(
            case
                when active_until is null
                    or started_at > {{ seconds_after(
                        'active_until', var('session_timeout_seconds')) }}
                    then started_at
            end
        ) over (
            partition by customer_id order by started_at, session_id
            rows between unbounded preceding and current row
        ) as stitched_started_at
    from ordered

),

keyed as (

    select
        {{ key_of(['customer_id', 'stitched_started_at']) }} as stitched_session_id,
        *
    from stitched

)

select * from keyed
