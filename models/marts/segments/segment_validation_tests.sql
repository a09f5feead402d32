with

comparisons as (

    select * from {{ ref('segment_comparisons') }}

),

dated as (

    select * from {{ ref('int_validation__dated') }}

)

select
    comparisons.kpi,
    comparisons.grouped_by,
    comparisons.test,
    comparisons.effect_measure,
    comparisons.verdict,
    dated.model_version,
    dated.window_days,
    {%- for name in ['customer_count', 'group_count', 'degrees_of_freedom'] %}
    cast(comparisons.{{ name }} as bigint) as {{ name }},
    {%- endfor %}
    {%- for name in ['statistic', 'p_value', 'corrected_p_value', 'effect_size',
        'effect_low', 'effect_high', 'effect_beyond_chance', 'lift', 'lift_low',
        'lift_high'] %}
    cast(comparisons.{{ name }} as double precision) as {{ name }},
    {%- endfor %}
    cast(comparisons.is_tested as boolean) as is_tested,
    dated.is_out_of_time,
    dated.as_of_date
from comparisons
left join dated on 1 = 1
