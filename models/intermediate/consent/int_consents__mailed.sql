{#- What was said by e-mail, for every user who gave that e-mail, and the time until the
    e-mail says something else. -#}
with

words as (

    select
        subject_key,
        purpose,
        status,
        said_at,
        coalesce(
            lead(said_at) over (partition by subject_key, purpose order by said_at),
            timestamp '9999-12-31'
        ) as said_until
    from {{ ref('int_consents__said') }}
    where subject_kind = 'email'

)

select
    named.user_key,
    words.purpose,
    words.status,
    words.said_at,
    words.said_until
from words
inner join {{ ref('int_users__named') }} as named
    on words.subject_key = named.seen_key
