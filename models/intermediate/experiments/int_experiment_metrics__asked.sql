{#- What experiments ask for, as a table: Python models read it. What a metric tells is
    final when nobody's window can change any more. -#}
{{ config(materialized='table') }}
{%- set metrics = measured_metrics() -%}
{%- set rows = [] -%}
{%- for name, experiment in experiments().items() -%}
    {%- for metric in experiment.metrics + experiment.guardrails -%}
        {%- do rows.append({
            'experiment': name, 'asked': experiment, 'metric': metric,
            'place': loop.index, 'is_guardrail': metric not in experiment.metrics,
        }) -%}
    {%- endfor -%}
{%- endfor -%}
with

asked as (

    {%- for row in rows %}
    {%- set metric = metrics[row.metric] %}
    select
        '{{ row.experiment }}' as experiment_id,
        '{{ row.metric }}' as metric,
        '{{ metric.kind }}' as metric_kind,
        '{{ "guardrail" if row.is_guardrail else "metric" }}' as role,
        '{{ metric.better }}' as better,
        '{{ row.asked.arms.keys() | first }}' as control_arm,
        cast({{ row.place }} as bigint) as place,
        cast({{ metric.quantile or 'null' }} as double precision) as quantile,
        cast({{ row.asked.minimum_effect or 'null' }} as double precision)
            as minimum_effect,
        cast({{ metric.to_day or 0 }} as bigint) as last_day
    {% if not loop.last %}union all{% endif %}
    {%- else %}
    {{ no_experiments({
        'experiment_id': 'varchar', 'metric': 'varchar', 'metric_kind': 'varchar',
        'role': 'varchar', 'better': 'varchar', 'control_arm': 'varchar',
        'place': 'bigint', 'quantile': 'double precision',
        'minimum_effect': 'double precision', 'last_day': 'bigint',
    }) }}
    {%- endfor %}

)

select
    asked.*,
    {{ days_after('dated.end_date', 'asked.last_day') }} as final_date,
    dated.as_of_date >= {{ days_after('dated.end_date', 'asked.last_day') }} as is_final
from asked
inner join {{ ref('int_experiments__dated') }} as dated
    on asked.experiment_id = dated.experiment_id
