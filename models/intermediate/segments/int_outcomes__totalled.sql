{#- Every KPI of every segment of the adopted model and of everybody, over all
    customers. A segment that nobody was in has none. -#}
{{ config(materialized='table') }}
{%- set kpis = validation_kpis('window_days') -%}
with

outcomes as (

    select * from {{ ref('int_outcomes__measured') }}

),

summed as (

    {%- for kpi in kpis %}
    select
        segment_id,
        '{{ kpi }}' as kpi,
        sum(case when {{ kpi }}_base > 0 then 1 else 0 end) as customer_count,
        cast(sum({{ kpi }}_part) as decimal(28, 4)) as part,
        sum({{ kpi }}_base) as base
    from outcomes
    group by 1
    {% if not loop.last %}union all{% endif %}
    {%- endfor %}

),

told as (

    select
        *,
        sum(part) over (partition by kpi) as overall_part,
        sum(base) over (partition by kpi) as overall_base
    from summed

)

select
    cast(segment_id as bigint) as segment_id,
    kpi,
    cast(customer_count as bigint) as customer_count,
    {{ share_of('part', 'base') }} as kpi_value,
    {{ share_of('overall_part', 'overall_base') }} as overall_value
from told
