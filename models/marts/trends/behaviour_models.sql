{#- Every series has a row for every method: what cannot be told is told here. -#}
with

fits as (

    select
        series_id,
        method,
        status,
        scale,
        found_count
    from {{ ref('fitted_series') }}
    where part = 'model'

    union all

    select
        series_id,
        method,
        status,
        cast(null as varchar) as scale,
        cast(null as bigint) as found_count
    from {{ ref('series_forecasts') }}
    where part = 'model'

)

select
    series.metric,
    series.segment_name,
    series.grain,
    fits.method,
    fits.status,
    fits.scale,
    series.segment_id,
    series.period_count,
    series.value_count,
    cast(fits.found_count as bigint) as found_count,
    fits.status like 'told%' or fits.status like '%left out' as is_told,
    series.first_date,
    series.last_date
from fits
inner join {{ ref('int_series__listed') }} as series
    on fits.series_id = series.series_id
