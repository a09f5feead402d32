select
    metric,
    segment_name,
    grain,
    segment_id,
    value,
    hour_count,
    period_start_date
from {{ ref('int_series__measured') }}
