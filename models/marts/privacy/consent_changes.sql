with

consent_changes as (

    select
        {{ key_of(['subject_key', 'purpose', 'said_at']) }} as consent_change_id,
        subject_key as pseudonym,
        subject_kind as identifier_kind,
        purpose,
        status,
        previous_status,
        case when signal is null then 'given' else 'signal' end as basis,
        policy_version,
        source,
        row_number() over (partition by subject_key, purpose order by said_at)
            as change_number,
        said_at
    from {{ ref('int_consents__said') }}

)

select * from consent_changes
