-- Names are made in Python from the three features that tell most. A profile with
-- another order, or other words, would contradict them.
with

ranked as (

    select
        segment_id,
        model_version,
        is_suppressed,
        max(case when feature_rank = 1 and is_telling then phrase end) as first_phrase,
        max(case when feature_rank = 2 and is_telling then phrase end) as second_phrase,
        max(case when feature_rank = 3 and is_telling then phrase end) as third_phrase
    from {{ ref('segment_profiles') }}
    group by 1, 2, 3

)

select
    ranked.segment_id,
    names.telling_features
from ranked
inner join {{ ref('segment_names') }} as names
    on ranked.segment_id = names.segment_id
    and ranked.model_version = names.model_version
where
    not ranked.is_suppressed
    and (
        ranked.first_phrase is distinct from names.first_feature
        or ranked.second_phrase is distinct from names.second_feature
        or ranked.third_phrase is distinct from names.third_feature
    )
