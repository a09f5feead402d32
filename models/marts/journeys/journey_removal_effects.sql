with

removals as (

    select * from {{ ref('journey_removals') }}

)

select
    removals.level,
    removals.segment_id,
    case
        when removals.segment_id is null then 'All customers'
        else segments.segment_name
    end as segment_name,
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
left join {{ ref('segments') }} as segments on removals.segment_id = segments.segment_id
