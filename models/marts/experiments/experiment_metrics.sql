{#- What metrics come to in every arm, and all sums, so that whoever trusts another
    package can have it compute the rest. A quantile is the value at its rank. -#}
{%- set sums = experiment_sums() -%}
with

counted as (

    select
        *,
        value_sum / nullif(base_sum, 0) as value
    from {{ ref('int_experiment_sums__counted') }}

),

measured as (

    select
        experiment_id,
        metric,
        arm,
        segment_id,
        customer_count,
        {%- for sum in sums %}
        {{ sum }},
        {%- endfor %}
        value,
        sqrt(
            greatest(
                value_value_sum - 2 * value * value_base_sum
                + {{ squared('value') }} * base_base_sum,
                0
            )
            * customer_count / nullif(customer_count - 1, 0)
        ) / nullif(base_sum, 0) as standard_error
    from counted
    union all
    select
        ranks.experiment_id,
        ranks.metric,
        ranks.arm,
        ranks.segment_id,
        ranks.customer_count,
        {%- for sum in sums %}
        cast(null as double precision) as {{ sum }},
        {%- endfor %}
        ranks.value,
        cast(null as double precision) as standard_error
    from {{ ref('int_experiment_ranks__kept') }} as ranks
    inner join {{ ref('int_experiment_metrics__asked') }} as asked
        on ranks.experiment_id = asked.experiment_id
        and ranks.metric = asked.metric
        and ranks.value_rank = greatest(
            ceiling(ranks.customer_count * asked.quantile - 0.000000001), 1
        )

)

select
    measured.experiment_id,
    measured.metric,
    asked.metric_kind,
    measured.arm,
    names.segment_name,
    measured.segment_id,
    measured.customer_count,
    {%- for sum in sums %}
    measured.{{ sum }},
    {%- endfor %}
    measured.value,
    measured.standard_error
from measured
inner join {{ ref('int_experiment_metrics__asked') }} as asked
    on measured.experiment_id = asked.experiment_id
    and measured.metric = asked.metric
left join {{ ref('int_experiment_segments__named') }} as names
    on measured.experiment_id = names.experiment_id
    and measured.segment_id = names.segment_id
