{#- Parts of the value as it is; they add up to it. -#}
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
    where part = 'model' and method = 'decomposition'

)

select
    series.metric,
    series.segment_name,
    series.grain,
    models.status,
    series.segment_id,
    series.value,
    points.trend,
    points.weekly_season,
    points.yearly_season,
    points.remainder,
    models.trend_strength,
    models.weekly_strength,
    models.yearly_strength,
    series.period_start_date
from series
left join models on series.series_id = models.series_id
left join points
    on series.series_id = points.series_id
    and series.period_start_date = cast(points.period_start_date as date)
