{#- Every point, not anomalies alone: a chart draws the expected range around all. -#}
with

series as (

    select * from {{ ref('int_series__measured') }}

),

fits as (

    select * from {{ ref('fitted_series') }}

),

points as (

    select * from fits
    where part = 'point'

),

models as (

    select * from fits
    where part = 'model' and method = 'anomalies'

)

select
    series.metric,
    series.segment_name,
    series.grain,
    models.status,
    case
        when points.is_anomaly and series.value > points.high then 'above'
        when points.is_anomaly then 'below'
    end as direction,
    series.segment_id,
    series.value,
    points.expected,
    points.low,
    points.high,
    points.score,
    coalesce(points.is_anomaly, false) as is_anomaly,
    series.period_start_date
from series
left join models on series.series_id = models.series_id
left join points
    on series.series_id = points.series_id
    and series.period_start_date = cast(points.period_start_date as date)
