-- The ledger lists its inputs and buckets itself: a row of an input, or with a bucket,
-- that it does not know would be left out of every sum.
select
    bucketed.dataset,
    bucketed.source,
    bucketed.input_name,
    bucketed.bucket,
    count(*) as row_count
from {{ ref('int_rows__bucketed') }} as bucketed
left join {{ ref('row_ledger') }} as ledger
    on bucketed.dataset = ledger.dataset
    and bucketed.source = ledger.source
    and bucketed.input_name = ledger.input_name
    and bucketed.bucket = ledger.bucket
where ledger.bucket is null
group by 1, 2, 3, 4
