{#- The times during which a subject had said no. Of changes at one moment, no
    wins. -#}
with

changes as (

    select
        subject_key,
        purpose,
        changed_at,
        min(status) as status
    from {{ ref('int_consents__delivered') }}
    where invalid_reason is null and subject_key is not null
    group by 1, 2, 3

),

periods as (

    select
        subject_key,
        purpose,
        status,
        changed_at as denied_from,
        coalesce(
            lead(changed_at) over (
                partition by subject_key, purpose order by changed_at
            ), timestamp '9999-12-31'
        ) as denied_until
    from changes

)

select * from periods
where status = 'denied'
