{#- Metrics that an experiment asks for, by name, with all that is left unsaid filled in:
    what stands in the vars; `experiments`, who asks for it; `window`, the name of the
    days it counts. -#}
{% macro measured_metrics() -%}
    {%- set metrics = {} -%}
    {%- for experiment, asked in experiments().items() -%}
        {%- for name in asked.metrics + asked.guardrails -%}
            {%- if name not in metrics -%}
                {%- do metrics.update({name: filled_metric(name)}) -%}
            {%- endif -%}
            {%- do metrics[name].experiments.append(experiment) -%}
        {%- endfor -%}
    {%- endfor -%}
    {{ return(metrics) }}
{%- endmacro %}

{% macro filled_metric(name) -%}
    {%- set metric = {
        'better': 'higher', 'base': none, 'covariate': none, 'from_day': 0,
        'to_day': none, 'quantile': none, 'experiments': [],
    } -%}
    {%- do metric.update(var('experiment_metrics')[name]) -%}
    {%- do metric.update({
        'window': 'days_' ~ metric.from_day
            ~ ('_to_' ~ metric.to_day if metric.to_day is not none else '_on'),
    }) -%}
    {{ return(metric) }}
{%- endmacro %}

{#- Those that sums are made of. -#}
{% macro summed_metrics() -%}
    {%- set summed = {} -%}
    {%- for name, metric in measured_metrics().items() if metric.kind != 'quantile' -%}
        {%- do summed.update({name: metric}) -%}
    {%- endfor -%}
    {{ return(summed) }}
{%- endmacro %}

{#- First metrics of experiments, as far as they count from the assignment on: they are
    looked at while the experiment runs. -#}
{% macro watched_metrics() -%}
    {%- set watched = {} -%}
    {%- for name, metric in summed_metrics().items()
        if metric.window == 'days_0_on' -%}
        {%- set watchers = [] -%}
        {%- for experiment, asked in experiments().items()
            if asked.metrics[0] == name -%}
            {%- do watchers.append(experiment) -%}
        {%- endfor -%}
        {%- if watchers -%}
            {%- set one = dict(metric) -%}
            {%- do one.update({'experiments': watchers}) -%}
            {%- do watched.update({name: one}) -%}
        {%- endif -%}
    {%- endfor -%}
    {{ return(watched) }}
{%- endmacro %}

{#- Windows that metrics count in, by name: first and last day after the assignment. -#}
{% macro metric_windows(metrics) -%}
    {%- set windows = {} -%}
    {%- for metric in metrics.values() -%}
        {%- do windows.update({
            metric.window: {'from_day': metric.from_day, 'to_day': metric.to_day},
        }) -%}
    {%- endfor -%}
    {{ return(windows) }}
{%- endmacro %}

{#- What is stored of a metric per customer. -#}
{% macro metric_parts(metric) -%}
    {%- set parts = {
        'ratio': ['value', 'base', 'past_value', 'past_base'], 'quantile': ['value'],
    } -%}
    {{ return(parts.get(metric.kind, ['value', 'past_value'])) }}
{%- endmacro %}

{#- Features that metrics in use are adjusted by. -#}
{% macro metric_covariates() -%}
    {{ return(
        measured_metrics().values() | map(attribute='covariate') | select | unique | list
    ) }}
{%- endmacro %}
