{#- The scalers of the date that the adopted model was fitted at, so that a report holds
    while the model does; where they are gone, or a feature is newer, the latest. -#}
with

models as (

    select max(cast(centroids.as_of_date as date)) as fitted_date
    from {{ ref('segment_centroids') }} as centroids
    inner join {{ ref('int_segment_models__adopted') }} as adopted
        on centroids.model_version = adopted.model_version

),

ranked as (

    select
        scalers.*,
        row_number() over (
            partition by scalers.feature
            order by
                case when scalers.as_of_date = models.fitted_date then 0 else 1 end,
                scalers.as_of_date desc
        ) as place
    from {{ ref('feature_scalers') }} as scalers
    cross join models
    where
        scalers.method = '{{ segment_scaling() }}'
        and scalers.feature in ('{{ refinement_features() | join("', '") }}')

)

select
    feature,
    transform,
    fill,
    lower,
    upper,
    centre,
    scale
from ranked
where place = 1
