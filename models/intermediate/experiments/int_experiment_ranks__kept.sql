{#- The bootstrap of a quantile is one of the values around it, by a binomial rank: only
    those within six of its deviations are kept, and nothing is drawn again.
    Schultzberg and Ankargren (2022), arXiv:2202.06892. -#}
{{ config(materialized='table') }}
{%- set quantiles = {} -%}
{%- for name, metric in measured_metrics().items() if metric.kind == 'quantile' -%}
    {%- do quantiles.update({name: metric.quantile}) -%}
{%- endfor -%}
with

measured as (

    {%- for name in quantiles %}
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

),

ranked as (

    {%- for segment in ['cast(null as bigint)', 'segment_id'] %}
    {%- set group = 'experiment_id, metric, arm' ~ (', segment_id' if loop.last else '') %}
    select
        experiment_id,
        metric,
        arm,
        {{ segment }} as segment_id,
        count(*) over (partition by {{ group }}) as customer_count,
        row_number() over (partition by {{ group }} order by value)
            as value_rank,
        value
    from measured
    {% if not loop.last %}union all{% else %}where segment_id is not null{% endif %}
    {%- endfor %}

),

placed as (

    select
        ranked.*,
        ranked.customer_count * asked.quantile as expected_rank,
        6 * sqrt(ranked.customer_count * asked.quantile * (1 - asked.quantile)) + 2
            as most_distance
    from ranked
    inner join {{ ref('int_experiment_metrics__asked') }} as asked
        on ranked.experiment_id = asked.experiment_id
        and ranked.metric = asked.metric

)

select
    experiment_id,
    metric,
    arm,
    segment_id,
    customer_count,
    value_rank,
    value
from placed
where abs(value_rank - expected_rank) <= most_distance
