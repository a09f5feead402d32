{#- Consents with pseudonyms. Of an erased subject nothing is left but that there was a
    row: all its stubs are alike, so they need not be found again. -#}
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
        {{- is_erased('consents', [], [
            'identifiers.pseudonym is null and validated.subject_value is not null and '
                ~ has_tombstone('validated.subject_kind', 'validated.subject_value'),
        ], relation='validated') }}
        validated.changed_at
    from validated
    left join identifiers
        on validated.subject_kind = identifiers.identifier_kind
        and validated.subject_value = identifiers.raw_value

)

{{ stubs_in_place_of_erased(
    'consents',
    'pseudonymised',
    ['subject_key', 'purpose', 'status', 'policy_version', 'changed_at'],
    kept=[],
) }}
