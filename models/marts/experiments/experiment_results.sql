{%- set numbers = [
    'customer_count', 'control_customer_count', 'value', 'control_value', 'difference',
    'difference_low', 'difference_high', 'relative_difference', 'relative_low',
    'relative_high', 'standard_error', 'p_value', 'corrected_p_value',
    'probability_better', 'expected_loss', 'variance_reduction', 'power',
    'minimum_detectable_effect', 'required_customer_count', 'interaction_p_value',
] -%}
select
    effects.experiment_id,
    effects.metric,
    effects.metric_kind,
    effects.role,
    effects.arm,
    effects.control_arm,
    names.segment_name,
    effects.method,
    effects.status,
    effects.verdict,
    effects.segment_id,
    {%- for name in numbers %}
    effects.{{ name }},
    {%- endfor %}
    effects.is_final,
    effects.is_decisive
from {{ ref('experiment_effects') }} as effects
left join {{ ref('int_experiment_segments__named') }} as names
    on effects.experiment_id = names.experiment_id
    and effects.segment_id = names.segment_id
