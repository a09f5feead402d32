{#- Whether a metric is told of a customer: the experiment asks for it, and its days have
    begun, or are over where their number is given. -#}
{% macro is_measured(metric) -%}
moments.experiment_id in ({{ quoted(metric.experiments) }})
{%- if metric.to_day is none %}
and moments.{{ metric.window }}_starts_at < moments.until_at
{%- else %}
and moments.{{ metric.window }}_ends_at <= moments.as_of_at
{%- endif %}
{%- endmacro %}

{#- A part of a metric as a number: 0 where nothing happened, 0 or 1 of a proportion. The
    base of a feature before the assignment is 1. -#}
{% macro measured_part(sources, name, metric, part) -%}
    {%- set side = part | replace('past_', '') -%}
    {%- if metric.covariate and part == 'past_base' -%}
        cast(1 as double precision)
    {%- elif metric.covariate and part == 'past_value' -%}
        cast(coalesce(covariates.{{ metric.covariate }}, 0) as double precision)
    {%- else -%}
        {%- set column = [] -%}
        {%- for source, facts in sources.items()
            if name ~ '_' ~ side in facts.amounts -%}
            {%- do column.append(
                source ~ '_summed.' ~ name ~ '_' ~ side
                ~ ('_past' if part != side else '')
            ) -%}
        {%- endfor -%}
        {%- if metric.kind == 'proportion' -%}
            case when {{ column[0] }} > 0 then cast(1 as double precision) else 0 end
        {%- else -%}
            cast(coalesce({{ column[0] }}, 0) as double precision)
        {%- endif -%}
    {%- endif -%}
{%- endmacro %}
