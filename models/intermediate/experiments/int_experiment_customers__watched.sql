{#- Whoever is analysed by a metric that is looked at, and what stood before. -#}
{%- set columns = {
    'experiment_id': 'varchar', 'metric': 'varchar', 'customer_id': 'uuid',
    'arm': 'varchar', 'metric_kind': 'varchar', 'past_value': 'double precision',
    'past_base': 'double precision', 'assigned_at': 'timestamp',
    'until_at': 'timestamp', 'start_date': 'date', 'day_count': 'bigint',
    'look_count': 'bigint',
} -%}
{%- for name, metric in watched_metrics().items() %}
select
    measured.experiment_id,
    '{{ name }}' as metric,
    measured.customer_id,
    measured.arm,
    '{{ metric.kind }}' as metric_kind,
    measured.{{ name }}_past_value as past_value,
    cast(
        {{ 'measured.' ~ name ~ '_past_base' if metric.kind == 'ratio' else 1 }}
        as double precision
    ) as past_base,
    measured.assigned_at,
    dated.until_at,
    dated.start_date,
    dated.day_count,
    dated.look_count
from {{ ref('int_experiment_values__measured') }} as measured
inner join {{ ref('int_experiment_looks__dated') }} as dated
    on measured.experiment_id = dated.experiment_id and dated.look_number = 1
where
    measured.experiment_id in ({{ quoted(metric.experiments) }})
    and measured.{{ name }}_value is not null
{% if not loop.last %}union all{% endif %}
{%- else %}
{{ no_experiments(columns) }}
{%- endfor %}
