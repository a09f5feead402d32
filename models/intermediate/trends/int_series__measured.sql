{#- What models of series are fitted to. Every period has a row for every series, also
    where nothing happened. Nobody can be told to be lost before the data are
    churn_after_days old. -#}
{{ config(materialized='table') }}
{%- set metrics = behaviour_metrics() -%}
{%- set counts = ['active_count', 'ordering_count', 'session_count', 'order_count',
    'sold_amount', 'revenue', 'new_count', 'churned_count'] -%}
with

audiences as (

    select * from {{ ref('int_audiences__listed') }}

),

cells as (

    select
        periods.grain,
        audiences.segment_id,
        audiences.segment_name,
        {%- for count in counts %}
        coalesce(counted.{{ count }}, 0) as {{ count }},
        {%- endfor %}
        periods.hour_count,
        periods.period_start_date,
        {{ days_after('periods.first_date', var('churn_after_days')) }}
            <= periods.period_start_date as is_churn_known
    from {{ ref('int_periods__listed') }} as periods
    cross join audiences
    left join {{ ref('int_behaviour__counted') }} as counted
        on periods.grain = counted.grain
        and periods.period_start_date = counted.calendar_date
        and audiences.segment_id is not distinct from counted.segment_id

),

metrics as (

    {%- for metric in metrics %}
    select '{{ metric }}' as metric
    {% if not loop.last %}union all{% endif %}
    {%- endfor %}

)

select
    cells.grain || ' ' || metrics.metric || ' '
    || coalesce(cast(cells.segment_id as varchar), 'all') as series_id,
    metrics.metric,
    cells.segment_name,
    cells.grain,
    cells.segment_id,
    cast(case metrics.metric
        {%- for metric, value in metrics.items() %}
        when '{{ metric }}'
            then {{ 'case when is_churn_known then churned_count end'
                if metric == 'churned_customers' else value }}
        {%- endfor %}
    end as double precision) as value,
    cast(case metrics.metric
        when 'conversion' then cells.active_count
        when 'average_order_value' then cells.order_count
    end as bigint) as base_count,
    cells.hour_count,
    cells.period_start_date
from cells
cross join metrics
