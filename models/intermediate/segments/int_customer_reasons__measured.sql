{#- By how much each feature brings a customer nearer to the own segment than to the
    runner-up, in squared scaled units: together, the difference of the two squared
    distances. The few pairs of segments are made first, so that everybody is joined
    once and not once per centroid. -#}
{%- set features = var('segment_features') -%}
with

parameters as (

    select * from {{ ref('int_segment_parameters__widened') }}

),

centroids as (

    select
        centroids.segment_id,
        {%- for name in features %}
        max(case when feature = '{{ name }}' then scaled_value end) as {{ name }},
        max(case when feature = '{{ name }}' then natural_value end)
            as {{ name }}_centroid{% if not loop.last %},{% endif %}
        {%- endfor %}
    from {{ ref('segment_centroids') }} as centroids
    inner join parameters on centroids.model_version = parameters.model_version
    group by 1

),

pairs as (

    select
        own.segment_id,
        other.segment_id as runner_up_segment_id,
        {%- for name in features %}
        coalesce(own.{{ name }}, 0) as own_{{ name }},
        coalesce(other.{{ name }}, 0) as other_{{ name }},
        own.{{ name }}_centroid as {{ name }}_centroid,
        other.{{ name }}_centroid as {{ name }}_runner_up_centroid
        {%- if not loop.last %},{% endif %}
        {%- endfor %}
    from centroids as own
    inner join centroids as other on own.segment_id != other.segment_id

),

scaled as (

    select
        scored.customer_id,
        scored.as_of_date,
        scored.segment_id,
        scored.runner_up_segment_id,
        scored.model_version,
        {%- for name, transform in features.items() %}
        {%- set value = transformed_value('natural_values.' ~ name, transform) %}
        {{ scaled_value(value, 'parameters.' ~ name) | indent(8) }} as {{ name }},
        cast(natural_values.{{ name }} as double precision) as {{ name }}_value
        {%- if not loop.last %},{% endif %}
        {%- endfor %}
    from {{ ref('customer_segments') }} as scored
    inner join {{ ref('customer_features') }} as natural_values
        on scored.customer_id = natural_values.customer_id
        and scored.as_of_date = natural_values.as_of_date
    inner join parameters on scored.model_version = parameters.model_version

)

select
    scaled.customer_id,
    scaled.as_of_date,
    scaled.segment_id,
    scaled.runner_up_segment_id,
    scaled.model_version,
    {%- for name in features %}
    scaled.{{ name }}_value,
    pairs.{{ name }}_centroid,
    pairs.{{ name }}_runner_up_centroid,
    (scaled.{{ name }} - pairs.other_{{ name }})
    * (scaled.{{ name }} - pairs.other_{{ name }})
    - (scaled.{{ name }} - pairs.own_{{ name }})
    * (scaled.{{ name }} - pairs.own_{{ name }}) as {{ name }}
    {%- if not loop.last %},{% endif %}
    {%- endfor %}
from scaled
inner join pairs
    on scaled.segment_id = pairs.segment_id
    and scaled.runner_up_segment_id = pairs.runner_up_segment_id
