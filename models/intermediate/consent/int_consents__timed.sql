{#- Every moment at which the word of a subject can change, with the word of its own
    that holds from then on: a yes or a no. For a user what was said by e-mail is such a
    moment as well, which may find the user without a word. -#}
with

moments as (

    select
        subject_key,
        purpose,
        case when status = 'granted' then said_at end as yes_at,
        case when status = 'denied' then said_at end as no_at,
        said_at
    from {{ ref('int_consents__said') }}
    union all
    select
        user_key as subject_key,
        purpose,
        null as yes_at,
        null as no_at,
        said_at
    from {{ ref('int_consents__mailed') }}

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

)

select
    subject_key,
    purpose,
    case when no_at is null or yes_at > no_at then yes_at end as yes_at,
    case when yes_at is null or no_at >= yes_at then no_at end as no_at,
    said_at,
    said_until
from numbered
