{#- What every input looks like now. A build reads those that look different from when
    they were last read; a table by the day it was received on. -#}
{{ config(materialized='table') }}
{%- set datasets = {
    'events': ('int_events__unioned', [
        'source', 'event_id', 'event_type', 'user_id', 'anonymous_id',
        'device_created_at', 'occurred_at', 'received_at']),
    'order_lines': ('int_order_lines__unioned', canonical_columns('order_lines')),
    'order_headers': ('int_order_headers__validated', [
        'order_id', 'user_id', 'anonymous_id', 'email', 'status', 'channel',
        'payment_method', 'currency', 'ordered_at', 'updated_at', 'received_at']),
    'consents': ('int_consents__validated', [
        'subject_kind', 'subject_value', 'purpose', 'status', 'policy_version',
        'changed_at', 'invalid_reason']),
} -%}
with

fingerprinted as (

    {%- for dataset, (relation, columns) in datasets.items() %}
    select
        '{{ dataset }}' as dataset,
        min(source) as source,
        input_name,
        {{ received_date_of(dataset) }} as received_date,
        {{ checksum_of(columns) }} as fingerprint
    from {{ ref(relation) }}
    where input_name in ('{{ table_inputs(dataset) | join("', '") }}')
    group by dataset, input_name, received_date
    {%- for path, name in file_inputs(dataset) %}
    union all
    select
        '{{ dataset }}' as dataset,
        '{{ name.split('.')[0] if name else 'files' }}' as source,
        {{ "'" ~ name ~ "'" if name else 'input_name' }} as input_name,
        {{ whole_input() }} as received_date,
        fingerprint
    from {{ fingerprinted_files(path) }} as files_read
    {%- endfor %}
    {% if not loop.last %}union all{% endif %}
    {%- endfor %}

)

select * from fingerprinted
