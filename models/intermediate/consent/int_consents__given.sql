{#- What subjects said in so many words, once per moment: no wins. -#}
with

ranked as (

    select
        subject_key,
        purpose,
        status,
        source,
        policy_version,
        changed_at as said_at,
        row_number() over (
            partition by subject_key, purpose, changed_at
            order by status asc, policy_version desc nulls last, source asc
        ) as place
    from {{ ref('int_consents__delivered') }}
    where invalid_reason is null

),

given as (

    select
        subject_key,
        purpose,
        status,
        source,
        policy_version,
        said_at,
        coalesce(
            lead(said_at) over (partition by subject_key, purpose order by said_at),
            timestamp '9999-12-31'
        ) as said_until
    from ranked
    where place = 1

)

select * from given
