select
    cast(segment_id as bigint) as segment_id,
    segment_name
from {{ ref('segments') }}

union all

select
    cast(null as bigint) as segment_id,
    'All customers' as segment_name
