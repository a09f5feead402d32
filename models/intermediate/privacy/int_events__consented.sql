{#- The events to judge, each with the reason why consent withholds it, if there is one.
    The yes of the user that an event names counts, else that of its e-mail, else the
    latest of its cookie and device, unless several users share these; but not against a
    no of any of the four that was said then or later. -#}
-- depends_on: {{ ref('int_visitor_days__touched') }}
{%- set never = "timestamp '0001-01-01'" -%}
{%- set subjects = {'users': 'user_key', 'emails': 'email_key',
    'visitors': 'visitor_id', 'devices': 'device_key'} %}
with

events as (

    select * from {{ ref('int_events__pending') }}

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
        {{ subject }}.signal as {{ subject }}_signal,
        {%- if subject in ['visitors', 'devices'] %}
        case
            when events.user_key is null or not {{ subject }}.is_shared
                then {{ subject }}.yes_at
        end as {{ subject }}_yes_at,
        {%- else %}
        {{ subject }}.yes_at as {{ subject }}_yes_at,
        {%- endif %}
        {{ subject }}.no_at as {{ subject }}_no_at,
        {%- endfor %}
        signals.signal as carried_signal,
        case when signals.signal is not null then events.occurred_at end
            as carried_no_at,
        {{ consent_default('status') }} as default_status,
        {{ consent_default('region') }} as default_region
    from events
    {%- for subject, key in subjects.items() %}
    left join applied as {{ subject }}
        on events.{{ key }} = {{ subject }}.subject_key
        and events.occurred_at >= {{ subject }}.stands_from
        and events.occurred_at < {{ subject }}.stands_until
    {%- endfor %}
    left join signals on events.opt_out_signal = signals.signal
    {{ join_consent_defaults('events.region', "'analytics'") }}

),

weighed as (

    select
        *,
        case
            when coalesce(users_yes_at, users_no_at) is not null
                then coalesce(users_yes_at, {{ never }})
            when coalesce(emails_yes_at, emails_no_at) is not null
                then coalesce(emails_yes_at, {{ never }})
            else greatest(
                coalesce(visitors_yes_at, {{ never }}),
                coalesce(devices_yes_at, {{ never }})
            )
        end as yes_at,
        greatest(
            {%- for subject in ['carried'] + subjects | list %}
            coalesce({{ subject }}_no_at, {{ never }}){{ ',' if not loop.last }}
            {%- endfor %}
        ) as no_at
    from heard

)

select
    *,
    case
        when no_at > {{ never }} and no_at >= yes_at then
            case
                when no_at > occurred_at then 'analytics consent withdrawn later'
                {%- for subject in subjects %}
                when {{ subject }}_no_at = no_at then coalesce(
                    'opted out by signal ' || {{ subject }}_signal,
                    'analytics consent denied'
                )
                {%- endfor %}
                else 'opted out by signal ' || carried_signal
            end
        when yes_at = {{ never }} and coalesce(default_status, 'denied') = 'denied'
            then 'no analytics consent given (default of '
                || coalesce(default_region, '*') || ')'
    end as withheld_reason
from weighed
