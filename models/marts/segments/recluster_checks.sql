select
    data_fingerprint,
    recluster,
    reason,
    nullif(drifted_feature, '') as drifted_feature,
    cast(nullif(champion_version, 0) as bigint) as champion_version,
    cast(age_days as bigint) as age_days,
    cast(largest_drift as double precision) as largest_drift,
    cast(recluster_days as bigint) as recluster_days,
    cast(recluster_drift as double precision) as recluster_drift,
    cast(is_due as boolean) as is_due,
    cast(as_of_date as date) as as_of_date,
    cast(fitted_at as timestamp) as checked_at
from {{ ref('segment_checks') }}
