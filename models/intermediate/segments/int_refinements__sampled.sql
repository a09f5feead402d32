{#- The customers that other features are tried on, as of the date that segments are
    validated at, with what they did later. None where no report is wanted. -#}
with

outcomes as (

    select
        *,
        row_number() over (
            order by md5(cast(customer_id as varchar)), customer_id
        ) as place
    from {{ ref('int_outcomes__measured') }}

),

sampled as (

    select * from outcomes
    where place <= {{ var('refinement_sample_size') if var('feature_refinement') else 0 }}

),

models as (

    select distinct
        versions.model_version,
        versions.segment_count
    from {{ ref('segment_centroids') }} as versions
    inner join {{ ref('int_segment_models__adopted') }} as adopted
        on versions.model_version = adopted.model_version

)

select
    cast(sampled.customer_id as varchar) as customer_id,
    cast(models.model_version as bigint) as model_version,
    cast(models.segment_count as bigint) as segment_count,
    cast(sampled.segment_id as bigint) as segment_id,
    sampled.window_days,
    cast(sampled.conversion_part as double precision) as later_conversion,
    cast(sampled.revenue_part as double precision) as later_revenue,
    {%- for name in refinement_features() %}
    cast(features.{{ name }} as double precision) as {{ name }},
    {%- endfor %}
    sampled.as_of_date
from sampled
cross join models
inner join {{ ref('customer_features') }} as features
    on sampled.customer_id = features.customer_id
    and sampled.as_of_date = features.as_of_date
