{#- What is wrong with the metrics. Before the graph is known, marts and their columns
    are not. -#}
{% macro metric_problems() -%}
    {%- set metrics = var('experiment_metrics') or {} -%}
    {%- if metrics is not mapping -%}
        {{ return(["experiment_metrics is " ~ metrics ~ "; it must name metrics and how "
            ~ "they are measured"]) }}
    {%- endif -%}
    {%- set problems = [] -%}
    {%- for name, given in metrics.items() -%}
        {%- set found = one_metric_problems(name, given) if given is mapping else
            ["it is " ~ given ~ "; it must have a kind and a value"] -%}
        {%- for problem in found -%}
            {%- do problems.append("metric " ~ name ~ ": " ~ problem) -%}
        {%- endfor -%}
    {%- endfor -%}
    {{ return(problems) }}
{%- endmacro %}

{% macro one_metric_problems(name, given) -%}
    {%- set problems = [] -%}
    {%- set fields = ['kind', 'value', 'base', 'quantile', 'from_day', 'to_day', 'better',
        'covariate'] -%}
    {%- set kinds = ['proportion', 'mean', 'ratio', 'quantile'] -%}
    {%- if not modules.re.match('[a-z][a-z0-9_]*$', name | string) -%}
        {%- do problems.append("a name must be one of a column: lower-case letters, digits "
            ~ "and _, a letter first") -%}
    {%- elif name.endswith('_past') -%}
        {%- do problems.append("a name that ends in _past is kept for what another metric "
            ~ "was before") -%}
    {%- endif -%}
    {%- for field in given if field not in fields -%}
        {%- do problems.append("there is no field " ~ field ~ "; there are "
            ~ fields | join(', ')) -%}
    {%- endfor -%}
    {%- if given.kind not in kinds -%}
        {%- do problems.append("kind is " ~ given.kind ~ "; it must be one of "
            ~ kinds | join(', ')) -%}
    {%- endif -%}
    {%- do problems.extend(fact_problems('value', given.value)) -%}
    {%- if given.kind == 'ratio' -%}
        {%- do problems.extend(fact_problems('base', given.base)) -%}
    {%- elif 'base' in given -%}
        {%- do problems.append("only a ratio has a base") -%}
    {%- endif -%}
    {%- set quantile = given.quantile -%}
    {%- if given.kind == 'quantile' and (quantile is not number or quantile is boolean
        or quantile <= 0 or quantile >= 1) -%}
        {%- do problems.append("quantile is " ~ quantile ~ "; it must lie between 0 and 1, "
            ~ "like 0.9") -%}
    {%- elif given.kind != 'quantile' and 'quantile' in given -%}
        {%- do problems.append("only the kind quantile has a quantile") -%}
    {%- endif -%}
    {%- if given.better not in [none, 'higher', 'lower'] and 'better' in given -%}
        {%- do problems.append("better is " ~ given.better ~ "; it must be higher or "
            ~ "lower") -%}
    {%- endif -%}
    {%- do problems.extend(window_problems(given)) -%}
    {%- if 'covariate' in given and given.kind == 'quantile' -%}
        {%- do problems.append("a quantile is not adjusted by a covariate") -%}
    {%- elif 'covariate' in given and numeric_features()
        and given.covariate not in numeric_features() -%}
        {%- do problems.append("covariate is " ~ given.covariate ~ ", which is no number "
            ~ "of customer_features; there are " ~ numeric_features() | sort | join(', ')) -%}
    {%- endif -%}
    {{ return(problems) }}
{%- endmacro %}

{#- The days after the assignment that a metric is of. -#}
{% macro window_problems(given) -%}
    {%- set problems = [] -%}
    {%- for field, least in {'from_day': 0, 'to_day': 1}.items() if field in given -%}
        {%- set day = given[field] -%}
        {%- if day is not integer or day is boolean or day < least -%}
            {%- do problems.append(field ~ " is " ~ day ~ "; it must be a whole number of "
                ~ "days from " ~ least ~ " on") -%}
        {%- endif -%}
    {%- endfor -%}
    {%- if not problems and 'to_day' in given
        and given.to_day <= (given.from_day or 0) -%}
        {%- do problems.append("from_day is " ~ (given.from_day or 0) ~ " and to_day "
            ~ given.to_day ~ "; it must be later") -%}
    {%- endif -%}
    {{ return(problems) }}
{%- endmacro %}
