{#- Ranks and phrases are those that names are made of; the numbers of a segment that is
    too small to tell are null, also in its phrases, and so are those of everybody where
    everybody is too few. -#}
with

counted as (

    select
        *,
        sum(customer_count) over () as total_count
    from {{ ref('int_segments__counted') }}

),

names as (

    select * from {{ ref('segment_names') }}

),

traits as (

    select * from {{ ref('segment_traits') }}

),

summaries as (

    select * from {{ ref('int_segment_features__summarised') }}

),

profiles as (

    select
        counted.segment_id,
        names.segment_name,
        traits.feature,
        traits.label,
        traits.direction,
        case
            when counted.is_suppressed then traits.label || ' ' || traits.direction
            else traits.phrase
        end as phrase,
        counted.model_version,
        traits.feature_rank,
        counted.customer_count,
        own.median_value,
        own.mean_value,
        case
            when counted.total_count >= {{ minimum_cell_size() }}
                then everybody.median_value
        end as overall_median_value,
        case
            when counted.total_count >= {{ minimum_cell_size() }}
                then everybody.mean_value
        end as overall_mean_value,
        traits.deviation,
        case when abs(traits.effect_size) < 1e300 then traits.effect_size end
            as effect_size,
        traits.is_telling,
        counted.is_suppressed
    from counted
    inner join names
        on counted.model_version = names.model_version
        and counted.segment_id = names.segment_id
    inner join traits
        on counted.model_version = traits.model_version
        and counted.segment_id = traits.segment_id
    left join summaries as own
        on counted.segment_id = own.segment_id
        and traits.feature = own.feature
    left join summaries as everybody
        on traits.feature = everybody.feature
        and everybody.segment_id is null

)

select
    segment_id,
    segment_name,
    feature,
    label,
    direction,
    phrase,
    cast(model_version as bigint) as model_version,
    cast(feature_rank as bigint) as feature_rank,
    {%- for name in ['customer_count', 'median_value', 'mean_value', 'deviation',
        'effect_size'] %}
    case when not is_suppressed then {{ name }} end as {{ name }},
    {%- endfor %}
    overall_median_value,
    overall_mean_value,
    is_telling,
    is_suppressed
from profiles
