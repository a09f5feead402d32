-- In one test, since each would read the same rows: nothing is lost between the days of
-- customers and the series; parts add up to values; a flag is what the range says; a
-- series has a row for every method; forecasts follow on their series.
with

series as (

    select * from {{ ref('behaviour_series') }}
    where segment_id is null

),

last_days as (

    select max(period_start_date) as last_date from series
    where grain = 'day'

),

days as (

    select
        sum(session_count) as sessions,
        sum(order_count) as orders,
        sum(revenue) as revenue,
        count(*) as active_customers
    from {{ ref('customer_days') }}
    cross join last_days
    where activity_date <= last_date

),

totals as (

    {%- for metric in ['sessions', 'orders', 'revenue', 'active_customers'] %}
    select
        '{{ metric }}' as metric,
        cast({{ metric }} as double precision) as total
    from days
    {% if not loop.last %}union all{% endif %}
    {%- endfor %}

),

lost as (

    select totals.metric
    from totals
    left join series on totals.metric = series.metric and series.grain = 'day'
    group by totals.metric, totals.total
    having abs(coalesce(sum(series.value), 0) - coalesce(totals.total, 0)) > 0.01

)

select 'days of customers are lost: ' || metric as problem from lost

union all

select 'parts do not add up' as problem
from {{ ref('behaviour_decomposition') }}
where
    abs(trend + weekly_season + yearly_season + remainder - value)
    > 1e-6 * greatest(1, abs(value), abs(trend))

union all

select 'a flag is not what the range says' as problem
from {{ ref('behaviour_anomalies') }}
where
    is_anomaly != coalesce(
        value < low - 1e-9 * abs(low) or value > high + 1e-9 * abs(high), false
    )
    or is_anomaly != (direction is not null)
    or low > high

union all

select 'a method says nothing of a series' as problem
from {{ ref('behaviour_models') }}
group by metric, segment_id, grain
having count(*) != 4

union all

select 'a forecast does not follow on its series' as problem
from {{ ref('behaviour_forecasts') }} as forecasts
left join {{ ref('behaviour_models') }} as models
    on forecasts.metric = models.metric
    and forecasts.grain = models.grain
    and forecasts.segment_id is not distinct from models.segment_id
    and models.method = 'forecast'
where
    not coalesce(models.is_told, false)
    or forecasts.period_start_date <= models.first_date
    or forecasts.low_95 > forecasts.low_80
    or forecasts.high_80 > forecasts.high_95
