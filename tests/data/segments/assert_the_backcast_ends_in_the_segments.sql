-- The latest date of the backcast is what everybody is told today.
select
    backcast.customer_id,
    backcast.segment_id,
    scored.segment_id as scored_segment_id
from {{ ref('int_segments__backcast') }} as backcast
full outer join {{ ref('customer_segments') }} as scored
    on backcast.customer_id = scored.customer_id
    and backcast.as_of_date = scored.as_of_date
where
    backcast.segment_id is distinct from scored.segment_id
    and coalesce(backcast.as_of_date, scored.as_of_date) = (
        select as_of_date from {{ ref('int_as_of__dates') }}
        where is_latest
    )
