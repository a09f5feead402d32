{#- When a subject last said yes and when it last said no, as it stands from one word to
    the next. A no by e-mail stands for every user who gave that e-mail as well, until
    the e-mail says yes; a yes by e-mail speaks for no user. So a user may have both, and
    the later counts. -#}
{{ config(materialized='table') }}
with

timed as (

    select * from {{ ref('int_consents__timed') }}

),

mailed as (

    select * from {{ ref('int_consents__mailed') }}
    where status = 'denied'

),

combined as (

    select
        timed.subject_key,
        timed.purpose,
        timed.yes_at,
        timed.no_at as own_no_at,
        max(mailed.said_at) as mailed_no_at,
        timed.said_at,
        timed.said_until
    from timed
    left join mailed
        on timed.subject_key = mailed.user_key
        and timed.purpose = mailed.purpose
        and timed.said_at >= mailed.said_at
        and timed.said_at < mailed.said_until
    group by
        timed.subject_key, timed.purpose, timed.yes_at, timed.no_at, timed.said_at,
        timed.said_until

),

standing as (

    select
        subject_key,
        purpose,
        yes_at,
        case
            when own_no_at is null or mailed_no_at > own_no_at then mailed_no_at
            else own_no_at
        end as no_at,
        said_at as stands_from,
        said_until as stands_until
    from combined

)

select
    standing.subject_key,
    standing.purpose,
    said.signal,
    shared.seen_key is not null as is_shared,
    standing.yes_at,
    standing.no_at,
    standing.stands_from,
    standing.stands_until
from standing
left join {{ ref('int_consents__said') }} as said
    on standing.subject_key = said.subject_key
    and standing.purpose = said.purpose
    and standing.no_at = said.said_at
left join {{ ref('int_identifiers__shared') }} as shared
    on standing.subject_key = shared.seen_key
