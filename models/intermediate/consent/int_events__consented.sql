{#- The events to judge, each with the reason why consent withholds it, if there is one.
    The yes of the user that an event names counts, else that of its e-mail, else the
    latest of its cookie and device, unless several users share these; but not against a
    no of any of the four that was said then or later. -#}
-- depends_on: {{ ref('int_visitor_days__touched') }}
{%- set never = "timestamp '0001-01-01'" -%}
{%- set subjects = ['users', 'emails', 'visitors', 'devices'] %}
with

events as (

    select
        source,
        event_id,
        copy_number,
        input_name,
        visitor_id,
        user_key,
        device_key,
        email_key,
        user_agent_key,
        client_session_id,
        region,
        opt_out_signal,
        is_judged,
        activity_date,
        device_created_at,
        sent_at,
        received_at,
        occurred_at
    from {{ ref('int_events__pending') }}

),

applied as (

    select * from {{ ref('int_consents__applied') }}
    where purpose = 'analytics'

),

signals as (

    select * from {{ ref('opt_out_signals') }}
    where purpose = 'analytics'

),

heard as (

    select
        events.*,
        {%- for subject in subjects %}
        coalesce({{ subject }}.no_at, {{ never }}) as {{ subject }}_no_at,
        {{ subject }}.signal as {{ subject }}_signal,
        {%- endfor %}
        case when signals.signal is null then {{ never }} else events.occurred_at end
            as carried_no_at,
        case
            when coalesce(users.yes_at, users.no_at) is not null
                then coalesce(users.yes_at, {{ never }})
            when coalesce(emails.yes_at, emails.no_at) is not null
                then coalesce(emails.yes_at, {{ never }})
            else greatest(
                    {%- for subject in ['visitors', 'devices'] %}
                    case
                        when events.user_key is not null and {{ subject }}.is_shared
                            then {{ never }}
                        else coalesce({{ subject }}.yes_at, {{ never }})
                    end{{ ',' if not loop.last }}
                    {%- endfor %}
                )
        end as yes_at,
        {{ consent_default('status') }} as default_status,
        {{ consent_default('region') }} as default_region
    from events
    left join applied as users
        on events.user_key = users.subject_key
        and events.occurred_at >= users.stands_from
        and events.occurred_at < users.stands_until
    left join applied as emails
        on events.email_key = emails.subject_key
        and events.occurred_at >= emails.stands_from
        and events.occurred_at < emails.stands_until
    left join applied as visitors
        on events.visitor_id = visitors.subject_key
        and events.occurred_at >= visitors.stands_from
        and events.occurred_at < visitors.stands_until
    left join applied as devices
        on events.device_key = devices.subject_key
        and events.occurred_at >= devices.stands_from
        and events.occurred_at < devices.stands_until
    left join signals on events.opt_out_signal = signals.signal
    {{ join_consent_defaults('events.region', "'analytics'") }}

),

weighed as (

    select
        *,
        greatest(
            users_no_at, emails_no_at, visitors_no_at, devices_no_at, carried_no_at
        ) as no_at
    from heard

),

explained as (

    select
        *,
        case
            when no_at > occurred_at then 'analytics consent withdrawn later'
            {%- for subject in subjects %}
            when {{ subject }}_no_at = no_at
                then coalesce(
                        'opted out by signal ' || {{ subject }}_signal,
                        'analytics consent denied'
                    )
            {%- endfor %}
            else 'opted out by signal ' || opt_out_signal
        end as no_reason,
        'no analytics consent given (default of ' || default_region || ')'
            as default_reason
    from weighed

)

select
    *,
    case
        when no_at > {{ never }} and no_at >= yes_at then no_reason
        when yes_at = {{ never }} and default_status = 'denied' then default_reason
    end as withheld_reason
from explained
