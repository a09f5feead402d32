{#- Models as one wide row each: SQL scores everybody from it without a join per
    centroid. Slots follow the segment ids, so that ties, which the first slot wins,
    go to the lowest id. Fills are transformed as the values are. `models` has their
    versions. -#}
{% macro select_widened(models) -%}
{%- set features = var('segment_features') -%}
{%- set parts = ['lower', 'upper', 'centre', 'scale'] -%}
with

centroids as (

    select
        versions.*,
        dense_rank() over (
            partition by versions.model_version order by versions.segment_id
        ) as slot_number
    from {{ ref('segment_centroids') }} as versions
    inner join {{ models }} as models
        on versions.model_version = models.model_version

),

parameters as (

    select
        model_version,
        {%- for name, transform in features.items() %}
        {%- set fill = 'max(case when feature = \'' ~ name ~ '\' then fill end)' %}
        max(case when feature = '{{ name }}' then transform end) as {{ name }}_transform,
        {{ transformed_value(fill, transform) }} as {{ name }}_fill,
        {%- for part in parts %}
        max(case when feature = '{{ name }}' then {{ part }} end) as {{ name }}_{{ part }},
        {%- endfor %}
        {%- endfor %}
        {%- for slot in range(1, most_segments() + 1) %}
        max(case when slot_number = {{ slot }} then segment_id end)
            as slot_{{ slot }}_segment_id,
        {%- for name in features %}
        max(case
            when slot_number = {{ slot }} and feature = '{{ name }}' then scaled_value
        end) as slot_{{ slot }}_{{ name }},
        {%- endfor %}
        {%- endfor %}
        count(distinct feature) as feature_count
    from centroids
    group by 1

)

select * from parameters
{%- endmacro %}
