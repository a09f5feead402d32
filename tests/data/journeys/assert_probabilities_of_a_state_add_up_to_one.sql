-- Whatever a state was followed by: a row that is lost or counted twice shows here.
select
    level,
    chain_order,
    segment_id,
    period_start,
    previous_state,
    state,
    sum(probability) as total_probability,
    sum(transition_count) as transition_count
from {{ ref('journey_transitions') }}
group by 1, 2, 3, 4, 5, 6
having abs(sum(probability) - 1) > 1e-9 or sum(transition_count) != max(visit_count)
