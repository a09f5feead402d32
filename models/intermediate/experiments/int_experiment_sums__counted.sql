{#- Of everybody and of each segment. Everybody is the sum of all segments and of those
    who are in none. -#}
{{ config(materialized='table') }}
{%- set sums = experiment_sums() -%}
with

by_segment as (

    {%- for name, metric in summed_metrics().items() %}
    select
        experiment_id,
        '{{ name }}' as metric,
        arm,
        segment_id,
        {{ name }}_customer_count as customer_count
        {%- for sum, factors in sums.items() %},
        {%- set counted = counted_name(counted_factors(metric, factors)) %}
        cast({{ name }}_{{ counted }} as double precision) as {{ sum }}
        {%- endfor %}
    from {{ ref('int_experiment_sums__totalled') }}
    where {{ name }}_customer_count > 0
    {% if not loop.last %}union all{% endif %}
    {%- else %}
    {{ no_experiments(experiment_sum_columns()) }}
    {%- endfor %}

),

everybody as (

    select
        experiment_id,
        metric,
        arm,
        cast(null as bigint) as segment_id,
        cast(sum(customer_count) as bigint) as customer_count
        {%- for sum in sums %},
        sum({{ sum }}) as {{ sum }}
        {%- endfor %}
    from by_segment
    group by 1, 2, 3

),

sums as (

    select * from everybody
    union all
    select * from by_segment
    where segment_id is not null

)

select * from sums
