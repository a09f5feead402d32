{#- Raw rows per input, counted apart from everything that is done to them. An
    input that is no longer read keeps its count: its rows are still held. -#}
{{ config(
    materialized='incremental',
    incremental_strategy='delete+insert',
    unique_key=['dataset', 'source', 'input_name'],
) }}
{%- set datasets = {
    'events': 'int_events__unioned',
    'order_lines': 'int_order_lines__unioned',
    'order_headers': 'int_order_headers__validated',
    'consents': 'int_consents__validated',
} -%}
with

rows_read as (

    {%- for dataset, relation in datasets.items() %}
    select
        '{{ dataset }}' as dataset,
        source,
        input_name,
        1 as row_count
    from {{ ref(relation) }}
    union all
    {%- endfor %}
    {%- for dataset in ['events', 'order_lines', 'consents']
        if is_enabled('files') and var('files_' ~ dataset ~ '_path') %}
    select
        '{{ dataset }}' as dataset,
        'files' as source,
        file as input_name,
        0 as row_count
    from {{ matching_files('files_' ~ dataset ~ '_path') }}
    union all
    {%- endfor %}
    select
        null as dataset,
        null as source,
        null as input_name,
        0 as row_count
    where 1 = 0

),

counted as (

    select
        dataset,
        source,
        input_name,
        sum(row_count) as raw_row_count
    from rows_read
    group by 1, 2, 3

)

select * from counted
