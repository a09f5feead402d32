with

validated as (

    select * from {{ ref('int_consents__validated') }}

),

identifiers as (

    select * from {{ ref('identifiers') }}

),

pseudonymised as (

    select
        validated.source,
        validated.input_name,
        identifiers.pseudonym as subject_key,
        validated.purpose,
        validated.status,
        validated.policy_version,
        validated.invalid_reason,
        validated.changed_at
    from validated
    left join identifiers
        on validated.subject_kind = identifiers.identifier_kind
        and validated.subject_value = identifiers.raw_value

)

select * from pseudonymised
