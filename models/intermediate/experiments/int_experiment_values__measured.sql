{#- What metrics say of every customer, from the assignment on and in the days before it.
    A mart is read once, whatever number of metrics counts in it. Null where the
    experiment does not ask for the metric, or its days are not over. -#}
{{ config(materialized='table') }}
{%- set metrics = measured_metrics() -%}
{%- set sources = metric_sources(metrics) -%}
{%- set windows = metric_windows(metrics) -%}
with

moments as (

    select
        assignments.experiment_id,
        assignments.customer_id,
        assignments.arm,
        assignments.segment_id,
        assignments.assigned_at,
        dated.as_of_at,
        dated.until_at,
        {%- for name, window in windows.items() %}
        {{ seconds_after('assignments.assigned_at', 86400 * window.from_day) }}
            as {{ name }}_starts_at,
        {%- if window.to_day is none %}
        dated.until_at as {{ name }}_ends_at,
        {%- else %}
        {{ seconds_after('assignments.assigned_at', 86400 * window.to_day) }}
            as {{ name }}_ends_at,
        {%- endif %}
        {%- endfor %}
        {{ seconds_after(
            'assignments.assigned_at', -86400 * var('experiment_pre_period_days')
        ) }} as past_at
    from {{ ref('experiment_assignments') }} as assignments
    inner join {{ ref('int_experiments__dated') }} as dated
        on assignments.experiment_id = dated.experiment_id
    where assignments.is_analysed

),

{%- for name, source in sources.items() %}

{{ name }} as (

    {{ select_metric_facts(source) }}

),

{{ name }}_summed as (

    select
        moments.experiment_id,
        moments.customer_id
        {%- for amount, asked in source.amounts.items() %}
        {%- set window = 'moments.' ~ asked.metric.window %},
        sum(case
            when {{ counts_within('facts', window ~ '_starts_at', window ~ '_ends_at') }}
                then facts.{{ amount }}
        end) as {{ amount }},
        sum(case
            when {{ counts_within('facts', 'moments.past_at', 'moments.assigned_at') }}
                then facts.{{ amount }}
        end) as {{ amount }}_past
        {%- endfor %}
    from moments
    inner join {{ name }} as facts
        on moments.customer_id = facts.customer_id
        and moments.past_at <= facts.began_at
    group by 1, 2

),
{%- endfor %}

measured as (

    select
        moments.experiment_id,
        moments.customer_id,
        moments.arm,
        moments.segment_id
        {%- for name, metric in metrics.items() %}
        {%- for part in metric_parts(metric) %},
        case
            when {{ is_measured(metric) | indent(16) }}
                then {{ measured_part(sources, name, metric, part) }}
        end as {{ name }}_{{ part }}
        {%- endfor %}
        {%- endfor %},
        moments.assigned_at
    from moments
    {%- for name in sources %}
    left join {{ name }}_summed
        on moments.experiment_id = {{ name }}_summed.experiment_id
        and moments.customer_id = {{ name }}_summed.customer_id
    {%- endfor %}
    {%- if metric_covariates() %}
    left join {{ ref('int_experiment_covariates__dated') }} as covariates
        on moments.experiment_id = covariates.experiment_id
        and moments.customer_id = covariates.customer_id
    {%- endif %}

)

select * from measured
