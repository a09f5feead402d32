{#- A segment beside everybody else, the last whole month beside the one before it, arms
    of an experiment beside the control. -#}
with

contrasts as (

    select * from {{ ref('journey_contrasts') }}

)

select
    contrasts.level,
    contrasts.compared_by,
    contrasts.comparison,
    coalesce(segments.segment_name, contrasts.group_key) as group_name,
    contrasts.reference_key as reference_name,
    contrasts.state,
    contrasts.next_state,
    contrasts.status,
    segments.segment_id,
    contrasts.customer_count,
    contrasts.reference_customer_count,
    contrasts.probability,
    contrasts.reference_probability,
    contrasts.difference,
    contrasts.difference_low,
    contrasts.difference_high,
    contrasts.p_value,
    contrasts.corrected_p_value,
    contrasts.is_different
from contrasts
left join {{ ref('segments') }} as segments
    on contrasts.compared_by = 'segment'
    and contrasts.group_key = cast(segments.segment_id as varchar)
