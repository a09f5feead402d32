with

removals as (

    select * from {{ ref('journey_removals') }}

)

select
    removals.level,
    removals.segment_id,
    audiences.segment_name,
    removals.state,
    removals.status,
    removals.visit_count,
    removals.removal_effect,
    removals.removal_effect_low,
    removals.removal_effect_high,
    removals.attribution_share,
    removals.attribution_share_low,
    removals.attribution_share_high,
    removals.attributed_conversions
from removals
left join {{ ref('int_audiences__listed') }} as audiences
    on removals.segment_id is not distinct from audiences.segment_id
