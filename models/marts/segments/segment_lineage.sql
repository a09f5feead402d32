select
    event,
    cast(model_version as bigint) as model_version,
    cast(previous_version as bigint) as previous_version,
    cast(segment_id as bigint) as segment_id,
    cast(previous_segment_id as bigint) as previous_segment_id,
    cast(customer_share as double precision) as customer_share,
    cast(jaccard as double precision) as jaccard
from {{ ref('segment_events') }}
