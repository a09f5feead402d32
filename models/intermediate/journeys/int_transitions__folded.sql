{#- The ledger without customers and months: what chains are fitted to, and held out
    by. -#}
select
    level,
    segment_id,
    mod(bag, 5) as fold,
    previous_state,
    state,
    next_state,
    cast(sum(transition_count) as bigint) as transition_count
from {{ ref('int_journey_transitions__counted') }}
group by 1, 2, 3, 4, 5, 6
