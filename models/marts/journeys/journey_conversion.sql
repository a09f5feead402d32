{#- What chains say, and beside it how wrong the same chains were about customers they
    did not know. A state that only few were in has an error that is hardly known. -#}
with

chains as (

    select * from {{ ref('journey_chains') }}
    where held_out_fold is null

),

calibration as (

    select * from {{ ref('journey_calibration') }}

),

chosen as (

    select
        level,
        segment_id,
        chain_order,
        is_chosen
    from calibration
    where grain = 'all'

)

select
    chains.level,
    chains.segment_id,
    audiences.segment_name,
    chains.previous_state,
    chains.state,
    chains.status,
    chains.chain_order,
    calibration.customer_count,
    chains.visit_count,
    chains.conversion_probability,
    chains.expected_steps,
    calibration.predicted as held_out_predicted,
    calibration.observed as held_out_observed,
    calibration.error as held_out_error,
    calibration.error_low as held_out_error_low,
    calibration.error_high as held_out_error_high,
    coalesce(chosen.is_chosen, chains.chain_order = 1) as is_chosen
from chains
left join calibration
    on chains.level = calibration.level
    and chains.segment_id is not distinct from calibration.segment_id
    and chains.chain_order = calibration.chain_order
    and chains.state = calibration.state
    and chains.previous_state is not distinct from calibration.previous_state
    and case when chains.chain_order = 1 then 'state' else 'pair' end
    = calibration.grain
left join chosen
    on chains.level = chosen.level
    and chains.segment_id is not distinct from chosen.segment_id
    and chains.chain_order = chosen.chain_order
left join {{ ref('int_audiences__listed') }} as audiences
    on chains.segment_id is not distinct from audiences.segment_id
