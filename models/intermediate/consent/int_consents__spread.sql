{#- Whose events something new that was said can change, and from which day on: of the
    subjects themselves, of users whose e-mail it was, and of cookies that come to be
    shared, whose yes ends. Backwards, a no reaches every day there is. -#}
{%- set touched = relation_of('int_visitor_days__touched') -%}
{%- set since = latest_time(touched, 'touched_at') if touched
    else "timestamp '1970-01-01'" %}
with

consented as (

    select
        subject_key,
        changed_at as said_at
    from {{ ref('int_consents__delivered') }}
    where
        arrived_at > {{ since }}
        and purpose = 'analytics'
        and invalid_reason is null

),

signalled as (

    select
        delivered.visitor_id,
        delivered.user_key,
        delivered.occurred_at as said_at
    from {{ ref('int_events__delivered') }} as delivered
    inner join {{ ref('opt_out_signals') }} as signals
        on delivered.opt_out_signal = signals.signal
    where
        delivered.arrived_at > {{ since }}
        and delivered.invalid_reason is null
        and signals.purpose = 'analytics'

),

said as (

    select * from {{ ref('int_consents__said') }}
    where purpose = 'analytics'

),

named as (

    select * from {{ ref('int_users__named') }}
    where seen_kind = 'email'

),

shared as (

    select * from {{ ref('int_identifiers__shared') }}
    where shared_at > {{ since }}

),

changed as (

    select * from consented
    union all
    select
        visitor_id as subject_key,
        said_at
    from signalled
    union all
    select
        user_key as subject_key,
        said_at
    from signalled
    where user_key is not null
    union all
    select
        named.user_key as subject_key,
        consented.said_at
    from consented
    inner join named on consented.subject_key = named.seen_key
    union all
    select
        named.user_key as subject_key,
        said.said_at
    from said
    inner join named on said.subject_key = named.seen_key
    where named.named_at > {{ since }} and said.status = 'denied'
    union all
    select
        said.subject_key,
        said.said_at
    from said
    inner join shared on said.subject_key = shared.seen_key
    where said.status = 'granted'

)

select
    subject_key,
    {% if withdrawal_policy() == 'backwards' -%} date '0001-01-01'
    {%- else -%} min(cast(said_at as date))
    {%- endif %} as changed_from
from changed
group by 1
