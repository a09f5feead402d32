select
    data_fingerprint,
    change,
    nullif(feature, '') as feature,
    recommendation,
    library_versions,
    code_version,
    cast(nullif(model_version, 0) as bigint) as model_version,
    cast(nullif(window_days, 0) as bigint) as window_days,
    {%- for name in ['segment_count', 'customer_count', 'seed'] %}
    cast({{ name }} as bigint) as {{ name }},
    {%- endfor %}
    {%- for name in ['jaccard_min', 'jaccard_min_change', 'jaccard_mean',
        'jaccard_mean_change', 'silhouette', 'silhouette_change', 'agreement',
        'conversion_effect', 'conversion_effect_change', 'conversion_effect_change_low',
        'conversion_effect_change_high', 'revenue_effect', 'revenue_effect_change',
        'revenue_effect_change_low', 'revenue_effect_change_high'] %}
    cast({{ name }} as double precision) as {{ name }},
    {%- endfor %}
    cast(is_recommended as boolean) as is_recommended,
    case when window_days > 0 then cast(as_of_date as date) end as as_of_date,
    cast(fitted_at as timestamp) as made_at
from {{ ref('refinement_trials') }}
