{#- The sums over customers that all tests of means and ratios are made of, by name, and
    what is multiplied in each. -#}
{% macro experiment_sums() -%}
    {{ return({
        'value_sum': ['value'],
        'base_sum': ['base'],
        'past_value_sum': ['past_value'],
        'past_base_sum': ['past_base'],
        'value_value_sum': ['value', 'value'],
        'base_base_sum': ['base', 'base'],
        'past_value_past_value_sum': ['past_value', 'past_value'],
        'past_base_past_base_sum': ['past_base', 'past_base'],
        'value_base_sum': ['value', 'base'],
        'value_past_value_sum': ['value', 'past_value'],
        'value_past_base_sum': ['value', 'past_base'],
        'base_past_value_sum': ['base', 'past_value'],
        'base_past_base_sum': ['base', 'past_base'],
        'past_value_past_base_sum': ['past_value', 'past_base'],
    }) }}
{%- endmacro %}

{#- What has to be multiplied in a sum of this metric: the base of what is no ratio is 1,
    and the square of what is 0 or 1 is itself. -#}
{% macro counted_factors(metric, factors) -%}
    {%- set counted = factors | select('in', metric_parts(metric)) | list -%}
    {%- if metric.kind == 'proportion' and counted == ['value', 'value'] -%}
        {%- set counted = ['value'] -%}
    {%- endif -%}
    {{ return(counted) }}
{%- endmacro %}

{#- The name under which such a sum stands in the wide table. -#}
{% macro counted_name(counted) -%}
    {{ return(counted | join('_') ~ '_sum' if counted else 'customer_count') }}
{%- endmacro %}

{#- The different sums of a metric by that name. -#}
{% macro counted_sums(metric) -%}
    {%- set sums = {} -%}
    {%- for factors in experiment_sums().values() -%}
        {%- set counted = counted_factors(metric, factors) -%}
        {%- if counted -%}
            {%- do sums.update({counted_name(counted): counted}) -%}
        {%- endif -%}
    {%- endfor -%}
    {{ return(sums) }}
{%- endmacro %}

{#- Columns of sums over customers, for a project that counts none. -#}
{% macro experiment_sum_columns() -%}
    {%- set columns = {
        'experiment_id': 'varchar', 'metric': 'varchar', 'arm': 'varchar',
        'segment_id': 'bigint', 'customer_count': 'bigint',
    } -%}
    {%- for sum in experiment_sums() -%}
        {%- do columns.update({sum: 'double precision'}) -%}
    {%- endfor -%}
    {{ return(columns) }}
{%- endmacro %}
