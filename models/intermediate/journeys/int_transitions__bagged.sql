{#- The ledger by bag of customers, of the first order: intervals leave one bag out. -#}
select
    level,
    segment_id,
    bag,
    state,
    next_state,
    cast(sum(transition_count) as bigint) as transition_count
from {{ ref('int_journey_transitions__counted') }}
group by 1, 2, 3, 4, 5
