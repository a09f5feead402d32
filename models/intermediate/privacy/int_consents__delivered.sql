{#- Every consent row as delivered, with a pseudonym for the subject; it only grows. -#}
{{ config(materialized='incremental', incremental_strategy='append') }}
with

arrived as (

    {{ undelivered(
        ref('int_consents__validated'),
        identity=['source', 'subject_kind', 'subject_value', 'purpose', 'changed_at'],
        delivery=['input_name', 'source', 'purpose', 'changed_at', 'status'],
        content=['subject_kind', 'policy_version', 'invalid_reason'],
    ) | indent(4) }}

),

identifiers as (

    select * from {{ ref('identifiers') }}

),

delivered as (

    select
        arrived.source,
        arrived.input_name,
        identifiers.pseudonym as subject_key,
        arrived.purpose,
        arrived.status,
        arrived.policy_version,
        arrived.invalid_reason,
        arrived.copy_number,
        arrived.changed_at,
        {{ build_time() }} as arrived_at
    from arrived
    left join identifiers
        on arrived.subject_kind = identifiers.identifier_kind
        and arrived.subject_value = identifiers.raw_value

)

select * from delivered
