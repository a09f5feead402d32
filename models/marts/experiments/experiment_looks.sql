{%- set numbers = [
    'customer_count', 'control_customer_count', 'value', 'control_value', 'difference',
    'difference_low', 'difference_high', 'always_low', 'always_high',
    'relative_difference', 'relative_low', 'relative_high', 'always_relative_low',
    'always_relative_high', 'standard_error', 'p_value', 'always_p_value',
    'variance_reduction',
] -%}
select
    experiment_id,
    metric,
    metric_kind,
    arm,
    control_arm,
    status,
    look_number,
    {%- for name in numbers %}
    {{ name }},
    {%- endfor %}
    is_cumulated,
    is_adjusted,
    cast(look_at as date) as look_at
from {{ ref('experiment_look_effects') }}
