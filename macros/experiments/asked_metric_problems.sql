{#- What is wrong with what it asks for: metrics and guardrails. -#}
{% macro asked_metric_problems(one) -%}
    {%- set problems = [] -%}
    {%- set known = var('experiment_metrics') or {} -%}
    {%- for field in ['metrics', 'guardrails'] -%}
        {%- set asked = one[field] -%}
        {%- if asked is string or asked is mapping or asked is not iterable -%}
            {%- do problems.append(field ~ " is " ~ asked ~ "; it must be a list, like ["
                ~ asked ~ "]") -%}
        {%- else -%}
            {%- if known is mapping -%}
                {%- for metric in asked if metric not in known -%}
                    {%- do problems.append(field ~ " names " ~ metric ~ "; there are "
                        ~ known | join(', ')) -%}
                {%- endfor -%}
            {%- endif -%}
            {%- if asked | unique | list | length < asked | length -%}
                {%- do problems.append(field ~ " names something twice") -%}
            {%- endif -%}
        {%- endif -%}
    {%- endfor -%}
    {%- if not problems -%}
        {%- if not one.metrics -%}
            {%- do problems.append("metrics is empty; the first one is what decides") -%}
        {%- endif -%}
        {%- for metric in one.guardrails if metric in one.metrics -%}
            {%- do problems.append(metric ~ " is a metric and a guardrail") -%}
        {%- endfor -%}
    {%- endif -%}
    {{ return(problems) }}
{%- endmacro %}
