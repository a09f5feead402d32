{#- One pass over the wide table, whatever number of metrics: all that the tests need of
    them stands side by side. Sums of plain doubles: their last digits hang on the order
    of the rows, which decimals would cost several times as much to avoid. -#}
{{ config(materialized='table') }}
select
    experiment_id,
    arm,
    segment_id,
    {%- for name, metric in summed_metrics().items() %}
    count({{ name }}_value) as {{ name }}_customer_count,
    {%- for sum, factors in counted_sums(metric).items() %}
    sum({{ name }}_{{ factors | join(' * ' ~ name ~ '_') }}) as {{ name }}_{{ sum }},
    {%- endfor %}
    {%- endfor %}
    count(*) as customer_count
from {{ ref('int_experiment_values__measured') }}
group by 1, 2, 3
