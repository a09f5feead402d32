{#- The verdicts that need no other event of the visitor: a small table, since most
    events have none. -#}
{{ config(materialized='table') }}
-- depends_on: {{ ref('int_visitor_days__touched') }}
-- depends_on: {{ ref('int_events__pending') }}
with

events as (

    select * from {{ ref('int_events__consented') }}

),

user_agents as (

    select * from {{ ref('int_user_agents__classified') }}

),

duplicated as (

    select * from {{ ref('int_events__duplicated') }}

),

client_sessions as (

    {{ first_receipts_of_client_sessions() | indent(4) }}

),

screened as (

    select
        events.source,
        events.event_id,
        events.copy_number,
        events.input_name,
        events.visitor_id,
        case
            when duplicated.reason = 'repeated event_id' then 'duplicate'
            {%- if var('late_policy') == 'set_aside' %}
            when {{ is_late('events') }} then 'late'
            when not {{ is_within_session_cap(
                    'events', 'client_sessions.first_received_at') }} then 'late'
            {%- endif %}
            when events.withheld_reason is not null then 'no_consent'
            when user_agents.is_bot then 'bot'
        end as bucket,
        case
            when duplicated.reason = 'repeated event_id' then duplicated.reason
            {%- if var('late_policy') == 'set_aside' %}
            when {{ is_late('events') }} then 'sent long after it was created'
            when not {{ is_within_session_cap(
                    'events', 'client_sessions.first_received_at') }}
                then 'received long after its session began'
            {%- endif %}
            when events.withheld_reason is not null then events.withheld_reason
            when user_agents.is_bot then 'user agent'
        end as reason,
        case when duplicated.reason != 'repeated event_id' then duplicated.reason end
            as repeated_key,
        events.is_judged,
        events.activity_date
    from events
    left join user_agents on events.user_agent_key = user_agents.user_agent_key
    left join client_sessions
        on events.visitor_id = client_sessions.visitor_id
        and events.client_session_id = client_sessions.client_session_id
    left join duplicated
        on events.source = duplicated.source
        and events.event_id = duplicated.event_id
        and events.copy_number = duplicated.copy_number

)

select * from screened
where bucket is not null or repeated_key is not null
