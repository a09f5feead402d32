select
    data_fingerprint,
    algorithm,
    setting,
    reason,
    cast(candidate as bigint) as candidate,
    cast(k as bigint) as k,
    {%- for name in ['inertia', 'silhouette', 'calinski_harabasz', 'davies_bouldin',
        'gap', 'gap_standard_error', 'jaccard_min', 'jaccard_mean', 'smallest_share',
        'noise_share', 'scoring_agreement', 'k_means_agreement'] %}
    cast({{ name }} as double precision) as {{ name }},
    {%- endfor %}
    cast(is_elbow as boolean) as is_elbow,
    cast(is_best as boolean) as is_best,
    cast(is_chosen as boolean) as is_chosen,
    cast(as_of_date as date) as as_of_date,
    cast(fitted_at as timestamp) as gathered_at
from {{ ref('segment_candidates') }}
