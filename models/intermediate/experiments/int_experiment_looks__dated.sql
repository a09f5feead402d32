{#- When an experiment is looked at: up to ten times, evenly from its start to its end
    or to where the data end. -#}
{{ config(materialized='table') }}
{%- set most = 10 -%}
with

numbers as (

    {%- for number in range(1, most + 1) %}
    select {{ number }} as look_number
    {%- if not loop.last %}
    union all
    {%- endif %}
    {%- endfor %}

),

spans as (

    select
        experiment_id,
        start_date,
        until_at,
        {{ days_between('start_date', 'until_date') }} as day_count,
        least({{ most }}, {{ days_between('start_date', 'until_date') }}) as look_count
    from {{ ref('int_experiments__dated') }}

)

select
    spans.experiment_id,
    cast(numbers.look_number as bigint) as look_number,
    spans.look_count,
    spans.day_count,
    spans.start_date,
    spans.until_at,
    {{ days_after(
        'spans.start_date',
        'ceiling(numbers.look_number * spans.day_count * 1.0 / spans.look_count)'
    ) }} as look_at
from spans
inner join numbers on spans.look_count >= numbers.look_number
