with

components as (

    select * from {{ ref('feature_components') }}

),

feature_loadings as (

    select
        cast(component as bigint) as component,
        feature,
        status,
        library_versions,
        data_fingerprint,
        cast(customer_count as bigint) as fitted_customer_count,
        loading,
        correlation,
        mean,
        explained_variance,
        explained_variance_ratio,
        cast(as_of_date as date) as as_of_date,
        cast(fitted_at as timestamp) as fitted_at
    from components

)

select * from feature_loadings
