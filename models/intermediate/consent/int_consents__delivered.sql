{#- Every consent row as delivered, with a pseudonym for the subject; it only grows. -#}
{{ config(
    materialized='incremental',
    incremental_strategy='append',
    pre_hook="{{ forget_rows_read_again('consents') }}",
    post_hook={"transaction": false, "sql": "{{ number_copies(
        ['source', 'subject_key', 'purpose', 'changed_at', 'status'], ['input_name']) }}"},
) }}
-- depends_on: {{ ref('int_inputs__fingerprinted') }}
with

arrived as (

    {{ undelivered(
        ref('int_consents__pseudonymised'),
        dataset='consents',
        identity=['source', 'subject_key', 'purpose', 'changed_at', 'status'],
        delivery=['input_name', 'source', 'subject_key', 'purpose', 'changed_at',
            'status'],
        content=['policy_version', 'invalid_reason'],
    ) | indent(4) }}

),

delivered as (

    select
        source,
        input_name,
        subject_key,
        purpose,
        status,
        policy_version,
        invalid_reason,
        copy_number,
        changed_at,
        {{ build_time() }} as arrived_at
    from arrived

)

select * from delivered
