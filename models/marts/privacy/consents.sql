with

said as (

    select
        *,
        row_number() over (
            partition by subject_key, purpose order by said_at desc
        ) as place
    from {{ ref('int_consents__said') }}

),

consents as (

    select
        subject_key as pseudonym,
        subject_kind as identifier_kind,
        purpose,
        status,
        case when signal is null then 'given' else 'signal' end as basis,
        policy_version,
        source,
        said_at
    from said
    where place = 1

)

select * from consents
