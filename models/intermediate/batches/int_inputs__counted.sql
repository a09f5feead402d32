{#- What has been read: inputs as they looked then, with their raw rows counted apart
    from everything that is done to them. An input that is no longer there keeps its
    count, since its rows are still held; one that was not read in full has no
    fingerprint and is read again. -#}
-- depends_on: {{ ref('int_events__delivered') }}
-- depends_on: {{ ref('int_order_lines__delivered') }}
-- depends_on: {{ ref('int_order_headers__delivered') }}
-- depends_on: {{ ref('int_consents__delivered') }}
{{ config(
    materialized='incremental',
    incremental_strategy='delete+insert',
    unique_key=['dataset', 'input_name', 'received_date'],
) }}
{%- set held = this if is_incremental() else
    '(select null as dataset, null as input_name, null as received_date, '
    ~ 'null as fingerprint where 1 = 0)' -%}
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
        {{ received_date_of(dataset) }} as received_date,
        1 as raw_count,
        0 as held_count
    from {{ ref(relation) }}
    where {{ news_of(dataset) }}
    union all
    select
        '{{ dataset }}' as dataset,
        source,
        input_name,
        {{ received_date_of(dataset) }} as received_date,
        0 as raw_count,
        1 as held_count
    from {{ ref('int_' ~ dataset ~ '__delivered') }}
    where {{ news_of(dataset, among_held=true) }}
    {% if not loop.last %}union all{% endif %}
    {%- endfor %}

),

counted as (

    select
        dataset,
        source,
        input_name,
        received_date,
        sum(raw_count) as raw_row_count,
        sum(held_count) as held_row_count
    from rows_read
    group by 1, 2, 3, 4

),

looked_at as (

    select
        inputs.dataset,
        coalesce(counted.source, inputs.source) as source,
        inputs.input_name,
        case
            when coalesce(counted.held_row_count, 0)
                >= coalesce(counted.raw_row_count, 0) then inputs.fingerprint
        end as fingerprint,
        coalesce(counted.raw_row_count, 0) as raw_row_count,
        inputs.received_date
    from {{ ref('int_inputs__fingerprinted') }} as inputs
    left join counted
        on inputs.dataset = counted.dataset
        and inputs.input_name = counted.input_name
        and inputs.received_date = counted.received_date

),

changed as (

    select looked_at.*
    from looked_at
    left join {{ held }} as held
        on looked_at.dataset = held.dataset
        and looked_at.input_name = held.input_name
        and looked_at.received_date = held.received_date
        and looked_at.fingerprint = held.fingerprint
    where held.dataset is null

)

select * from changed
