-- The scorer works on one wide row of parameters. Here the same is computed the plain
-- way, customer by centroid by feature, for the customers of the sample. Ties may
-- differ in the last digits, so distances are compared, not ids.
with

centroids as (

    select versions.*
    from {{ ref('segment_centroids') }} as versions
    inner join {{ ref('int_segment_models__adopted') }} as adopted
        on versions.model_version = adopted.model_version

),

features as (

    select transformed.*
    from {{ ref('int_features__transformed') }} as transformed
    inner join {{ ref('int_features__sampled') }} as sampled
        on cast(transformed.customer_id as varchar) = sampled.customer_id

),

customer_values as (

    {%- for name in var('segment_features') %}
    select
        customer_id,
        '{{ name }}' as feature,
        {{ name }} as value
    from features
    {% if not loop.last %}union all{% endif %}
    {%- endfor %}

),

compared as (

    select
        customer_values.customer_id,
        centroids.segment_id,
        centroids.centre,
        centroids.scale,
        coalesce(centroids.scaled_value, 0) as scaled_centroid,
        least(greatest(customer_values.value, centroids.lower), centroids.upper)
            as clipped_value
    from customer_values
    inner join centroids on customer_values.feature = centroids.feature

),

differences as (

    select
        customer_id,
        segment_id,
        coalesce((clipped_value - centre) / nullif(scale, 0), 0) - scaled_centroid
            as difference
    from compared

),

distances as (

    select
        customer_id,
        segment_id,
        sqrt(sum(difference * difference)) as distance
    from differences
    group by 1, 2

),

ranked as (

    select
        *,
        min(distance) over (partition by customer_id) as nearest
    from distances

)

select
    scored.customer_id,
    scored.segment_id,
    scored.distance,
    ranked.distance as expected_distance,
    ranked.nearest
from {{ ref('customer_segments') }} as scored
inner join ranked
    on scored.customer_id = ranked.customer_id
    and scored.segment_id = ranked.segment_id
where
    abs(scored.distance - ranked.distance) > 0.000001
    or abs(ranked.distance - ranked.nearest) > 0.000001
