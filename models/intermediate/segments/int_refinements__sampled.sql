{#- The customers that other features are tried on, as of the date that segments are
    validated at, with what they did later. None where no report is wanted. -#}
{%- set size = whole_number('refinement_sample_size') if var('feature_refinement')
    else 0 -%}
with

outcomes as (

    select
        *,
        row_number() over (order by {{ draw_order() }}) as place
    from {{ ref('int_outcomes__measured') }}

),

sampled as (

    select * from outcomes
    where place <= {{ size }}

)

select
    cast(sampled.customer_id as varchar) as customer_id,
    segments.model_version,
    cast(sampled.segment_id as bigint) as segment_id,
    sampled.window_days,
    cast(sampled.conversion_part as double precision) as later_conversion,
    cast(sampled.revenue_part as double precision) as later_revenue,
    {%- for name in refinement_features() %}
    cast(features.{{ name }} as double precision) as {{ name }},
    {%- endfor %}
    sampled.as_of_date
from sampled
inner join {{ ref('int_segments__backcast') }} as segments
    on sampled.customer_id = segments.customer_id
    and sampled.as_of_date = segments.as_of_date
inner join {{ ref('customer_features') }} as features
    on sampled.customer_id = features.customer_id
    and sampled.as_of_date = features.as_of_date
