{#- Which word of its identifiers decides for a customer: a no of one of its people (user
    ids and e-mails), else their latest yes, else the latest on cookies and devices of its
    own; but a no on these that is not older than the yes counts. -#}
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
        true as is_of_person
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
        false as is_of_person
    from words
    inner join {{ ref('int_identifiers__owned') }} as owned
        on words.subject_key = owned.pseudonym
    where words.status = 'denied' or owned.may_say_yes

),

graded as (

    select
        *,
        case
            when is_of_person and status = 'denied' then 1
            when is_of_person or status = 'denied' then 2
            when max(case when is_of_person then 1 else 0 end) over (
                    partition by customer_id, purpose
                ) = 1 then 3
            else 2
        end as grade
    from heard

),

ranked as (

    select
        *,
        row_number() over (
            partition by customer_id, purpose
            order by grade asc, said_at desc, status asc, signal asc nulls first
        ) as place
    from graded

)

select
    customer_id,
    purpose,
    status,
    signal,
    said_at
from ranked
where place = 1
