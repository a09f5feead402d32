{#- Everything that a subject said and that counts: consents, and opt-out signals where
    they change something. At one moment no wins, and of two nos the one in words. -#}
{{ config(materialized='table') }}
with

words as (

    select
        subject_key,
        purpose,
        status,
        source,
        policy_version,
        cast(null as varchar) as signal,
        said_at
    from {{ ref('int_consents__given') }}

    union all

    select
        subject_key,
        purpose,
        'denied' as status,
        'signal ' || signal as source,
        cast(null as varchar) as policy_version,
        signal,
        said_at
    from {{ ref('int_opt_outs__signalled') }}

),

ranked as (

    select
        *,
        row_number() over (
            partition by subject_key, purpose, said_at
            order by status asc, signal asc nulls first
        ) as place
    from words

),

ordered as (

    select
        *,
        lag(status) over (partition by subject_key, purpose order by said_at)
            as previous_status
    from ranked
    where place = 1

),

said as (

    select
        ordered.subject_key,
        identifiers.identifier_kind as subject_kind,
        ordered.purpose,
        ordered.status,
        ordered.previous_status,
        ordered.source,
        ordered.policy_version,
        ordered.signal,
        ordered.said_at
    from ordered
    inner join {{ ref('identifiers') }} as identifiers
        on ordered.subject_key = identifiers.pseudonym
    where
        ordered.signal is null
        or coalesce(ordered.previous_status, 'granted') = 'granted'

)

select * from said
