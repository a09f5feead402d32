with

centroids as (

    select * from {{ ref('segment_centroids') }}

),

segment_models as (

    select distinct
        cast(model_version as bigint) as model_version,
        algorithm,
        setting,
        feature_names,
        data_fingerprint,
        parameters_hash,
        library_versions,
        code_version,
        verdict,
        cast(nullif(champion_version, 0) as bigint) as champion_version,
        cast(segment_count as bigint) as segment_count,
        cast(customer_count as bigint) as fitted_customer_count,
        cast(seed as bigint) as seed,
        cast(inertia as double precision) as inertia,
        cast(silhouette as double precision) as silhouette,
        cast(champion_silhouette as double precision) as champion_silhouette,
        cast(jaccard_min as double precision) as jaccard_min,
        coalesce(is_adopted, true) as is_adopted,
        cast(as_of_date as date) as as_of_date,
        cast(fitted_at as timestamp) as fitted_at
    from centroids

)

select * from segment_models
