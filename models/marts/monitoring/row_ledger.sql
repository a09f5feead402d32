{#- Events are tallied without joining verdicts to rows: what was set aside is taken off
    what is usable. -#}
{%- set buckets = [
    'kept', 'duplicate', 'double_fired', 'invalid', 'late', 'bot', 'no_consent',
    'erased',
] -%}
with

inputs as (

    select
        dataset,
        source,
        input_name,
        sum(raw_row_count) as raw_row_count,
        sum(sum(raw_row_count)) over (partition by source) as source_row_count
    from {{ ref('int_inputs__counted') }}
    group by 1, 2, 3

),

buckets as (

    {%- for bucket in buckets %}
    select '{{ bucket }}' as bucket
    {% if not loop.last %}union all{% endif %}
    {%- endfor %}

),

tallied as (

    select
        'events' as dataset,
        source,
        input_name,
        {{ bucket_of_unusable('invalid_reason', "'kept'") }} as bucket,
        count(*) as row_count
    from {{ ref('int_events__delivered') }}
    group by 1, 2, 3, 4

    union all

    {%- for bucket, sign in {'bucket': '', "'kept'": '-'}.items() %}
    select
        'events' as dataset,
        source,
        input_name,
        {{ bucket }} as bucket,
        {{ sign }}count(*) as row_count
    from {{ ref('int_events__set_aside') }}
    group by 1, 2, 3, 4

    union all
    {%- endfor %}

    select
        dataset,
        source,
        input_name,
        bucket,
        count(*) as row_count
    from {{ ref('int_rows__bucketed') }}
    where dataset != 'events'
    group by 1, 2, 3, 4

),

counted as (

    select
        dataset,
        source,
        input_name,
        bucket,
        cast(sum(row_count) as bigint) as row_count
    from tallied
    group by 1, 2, 3, 4

),

row_ledger as (

    select
        inputs.source,
        inputs.dataset,
        inputs.input_name,
        buckets.bucket,
        cast(inputs.source_row_count as bigint) as raw_row_count,
        cast(inputs.raw_row_count as bigint) as input_row_count,
        coalesce(counted.row_count, 0) as bucket_row_count
    from inputs
    cross join buckets
    left join counted
        on inputs.dataset = counted.dataset
        and inputs.source = counted.source
        and inputs.input_name = counted.input_name
        and buckets.bucket = counted.bucket

)

select * from row_ledger
