{#- Means are of all customers, intervals of a sample of them. What fewer customers than
    minimum_cell_size did is null. -#}
{%- set least = minimum_cell_size() -%}
with

segments as (

    select * from {{ ref('segments') }}

),

kpis as (

    {%- for kpi in validation_kpis('window_days') %}
    select '{{ kpi }}' as kpi
    {% if not loop.last %}union all{% endif %}
    {%- endfor %}

),

told as (

    select
        segments.segment_id,
        segments.segment_name,
        segments.model_version,
        kpis.kpi,
        coalesce(totals.customer_count, 0) as customer_count,
        coalesce(totals.customer_count, 0) between 1 and {{ least - 1 }}
            as is_suppressed,
        totals.kpi_value,
        intervals.low,
        intervals.high,
        totals.overall_value,
        dated.window_days,
        dated.is_out_of_time,
        dated.as_of_date
    from segments
    cross join kpis
    left join {{ ref('int_validation__dated') }} as dated
        on segments.model_version = dated.model_version
    left join {{ ref('int_outcomes__totalled') }} as totals
        on segments.segment_id = totals.segment_id
        and kpis.kpi = totals.kpi
    left join {{ ref('segment_intervals') }} as intervals
        on segments.segment_id = intervals.segment_id
        and kpis.kpi = intervals.kpi

)

select
    kpi,
    segment_name,
    case
        when as_of_date is null then 'no outcomes yet'
        when is_suppressed then 'fewer than {{ least }} customers'
        when customer_count = 0 then 'nobody to ask'
        else 'told'
    end as status,
    cast(segment_id as bigint) as segment_id,
    cast(model_version as bigint) as model_version,
    window_days,
    case when not is_suppressed then customer_count end as customer_count,
    {%- for name in ['kpi_value', 'low', 'high'] %}
    cast(case when not is_suppressed then {{ name }} end as double precision)
        as {{ name }},
    {%- endfor %}
    cast(overall_value as double precision) as overall_value,
    case when not is_suppressed and overall_value > 0 then kpi_value / overall_value end
        as lift,
    is_suppressed,
    is_out_of_time,
    as_of_date
from told
