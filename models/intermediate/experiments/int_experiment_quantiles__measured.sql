{#- Values of the metrics that are quantiles, one below the other. -#}
{%- for name, metric in measured_metrics().items()
    if metric.kind == 'quantile' %}
select
    experiment_id,
    '{{ name }}' as metric,
    arm,
    segment_id,
    {{ name }}_value as value
from {{ ref('int_experiment_values__measured') }}
where {{ name }}_value is not null
{% if not loop.last %}union all{% endif %}
{%- else %}
{{ no_experiments({
    'experiment_id': 'varchar', 'metric': 'varchar', 'arm': 'varchar',
    'segment_id': 'bigint', 'value': 'double precision',
}) }}
{%- endfor %}
