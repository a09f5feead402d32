{#- When a subject last said yes and when it last said no, as it stands from one word to
    the next. A no by e-mail stands for every user who gave that e-mail as well, until
    the e-mail says yes; a yes by e-mail speaks for no user. Of a user's own words one
    stands; with the e-mails' there may be a yes and a no, and the later counts. -#}
{{ config(materialized='table') }}
with

said as (

    select * from {{ ref('int_consents__said') }}

),

mailed as (

    select * from {{ ref('int_consents__mailed') }}

),

moments as (

    select
        subject_key,
        purpose,
        case when status = 'granted' then said_at end as yes_at,
        case when status = 'denied' then said_at end as no_at,
        said_at
    from said
    union all
    select
        user_key as subject_key,
        purpose,
        null as yes_at,
        null as no_at,
        said_at
    from mailed

),

numbered as (

    select
        subject_key,
        purpose,
        {%- for word in ['yes_at', 'no_at'] %}
        max(max({{ word }})) over (
            partition by subject_key, purpose order by said_at
            rows between unbounded preceding and current row
        ) as {{ word }},
        {%- endfor %}
        said_at,
        coalesce(
            lead(said_at) over (partition by subject_key, purpose order by said_at),
            timestamp '9999-12-31'
        ) as said_until
    from moments
    group by subject_key, purpose, said_at

),

refused as (

    select
        numbered.subject_key,
        numbered.purpose,
        numbered.said_at,
        max(mailed.said_at) as no_at
    from numbered
    inner join mailed
        on numbered.subject_key = mailed.user_key
        and numbered.purpose = mailed.purpose
        and numbered.said_at >= mailed.said_at
        and numbered.said_at < mailed.said_until
    where mailed.status = 'denied'
    group by numbered.subject_key, numbered.purpose, numbered.said_at

),

combined as (

    select
        numbered.subject_key,
        numbered.purpose,
        case
            when numbered.no_at is null or numbered.yes_at > numbered.no_at
                then numbered.yes_at
        end as yes_at,
        case
            when numbered.yes_at > numbered.no_at or numbered.no_at < refused.no_at
                then refused.no_at
            else coalesce(numbered.no_at, refused.no_at)
        end as no_at,
        numbered.said_at as stands_from,
        numbered.said_until as stands_until
    from numbered
    left join refused
        on numbered.subject_key = refused.subject_key
        and numbered.purpose = refused.purpose
        and numbered.said_at = refused.said_at

)

select
    combined.subject_key,
    combined.purpose,
    said.signal,
    shared.seen_key is not null as is_shared,
    combined.yes_at,
    combined.no_at,
    combined.stands_from,
    combined.stands_until
from combined
left join said
    on combined.subject_key = said.subject_key
    and combined.purpose = said.purpose
    and combined.no_at = said.said_at
left join {{ ref('int_identifiers__shared') }} as shared
    on combined.subject_key = shared.seen_key
