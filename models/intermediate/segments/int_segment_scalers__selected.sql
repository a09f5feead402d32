{#- The scalers that the next segmentation is fitted with, and keeps as its own. -#}
with

scalers as (

    select * from {{ ref('feature_scalers') }}
    where
        method = '{{ segment_scaling() }}'
        and feature in ('{{ var("segment_features").keys() | join("', '") }}')
        and as_of_date = (
            select as_of_date from {{ ref('int_as_of__dates') }} where is_latest
        )

)

select * from scalers
