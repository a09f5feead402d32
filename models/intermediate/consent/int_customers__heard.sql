{#- Which word of its identifiers decides for a customer: a no of one of its people
    (user ids and e-mails), else their latest yes, else the latest word on cookies and
    devices of its own; but a no on these that is not older than the yes counts. -#}
with

words as (

    select
        subject_key,
        purpose,
        case
            when no_at >= coalesce(yes_at, timestamp '0001-01-01') then 'denied'
            else 'granted'
        end as status,
        case
            when no_at >= coalesce(yes_at, timestamp '0001-01-01') then signal
        end as signal,
        greatest(coalesce(yes_at, no_at), coalesce(no_at, yes_at)) as said_at
    from {{ ref('int_consents__standing') }}
    where
        stands_until = timestamp '9999-12-31'
        and coalesce(yes_at, no_at) is not null

),

heard as (

    select
        components.customer_id,
        words.purpose,
        words.status,
        words.signal,
        words.said_at,
        1 as person_count
    from words
    inner join {{ ref('int_identity__components') }} as components
        on words.subject_key = components.pseudonym
    where components.identifier_kind in ('user_id', 'email')

    union all

    select
        owned.customer_id,
        words.purpose,
        words.status,
        words.signal,
        words.said_at,
        0 as person_count
    from words
    inner join {{ ref('int_identifiers__owned') }} as owned
        on words.subject_key = owned.pseudonym
    where words.status = 'denied' or owned.may_say_yes

),

compared as (

    select
        *,
        max(person_count) over (partition by customer_id, purpose) as people_count
    from heard

),

ranked as (

    select
        *,
        row_number() over (
            partition by customer_id, purpose
            order by
                case when status = 'denied' then person_count else 0 end desc,
                said_at desc,
                status asc,
                signal asc nulls first
        ) as place
    from compared
    where person_count = people_count or status = 'denied'

)

select
    customer_id,
    purpose,
    status,
    signal,
    said_at
from ranked
where place = 1
