-- A row that vanishes silently is the worst defect this project can have: the ledger's
-- buckets must add up to the rows that came in, per input and per source.
with

ledger as (

    select * from {{ ref('row_ledger') }}

),

inputs as (

    select
        source,
        dataset,
        input_name,
        input_row_count as raw_row_count,
        sum(bucket_row_count) as accounted_row_count
    from ledger
    group by 1, 2, 3, 4

),

sources as (

    select
        source,
        'all' as dataset,
        'all' as input_name,
        raw_row_count,
        sum(bucket_row_count) as accounted_row_count
    from ledger
    group by 1, 4

),

counted as (

    select * from inputs
    union all
    select * from sources

)

select * from counted
where raw_row_count != accounted_row_count
