{#- Beside every forecast stands how wrong its kind was on days that were held out. -#}
with

forecasts as (

    select * from {{ ref('series_forecasts') }}

),

steps as (

    select * from forecasts
    where part = 'forecast'

),

chosen as (

    select * from forecasts
    where part = 'candidate' and is_chosen

),

naive as (

    select * from forecasts
    where part = 'candidate' and method = 'seasonal_naive'

)

select
    series.metric,
    series.segment_name,
    series.grain,
    steps.method,
    series.segment_id,
    cast(steps.step as bigint) as step,
    steps.expected,
    steps.low_80,
    steps.high_80,
    steps.low_95,
    steps.high_95,
    coalesce(chosen.held_out_mase, chosen.mase) as mase,
    coalesce(naive.held_out_mase, naive.mase) as naive_mase,
    chosen.coverage_80,
    chosen.coverage_95,
    chosen.held_out_mase is not null as is_held_out,
    coalesce(chosen.held_out_mase, chosen.mase)
    < coalesce(naive.held_out_mase, naive.mase) as is_better_than_naive,
    cast(steps.period_start_date as date) as period_start_date
from steps
inner join {{ ref('int_series__listed') }} as series
    on steps.series_id = series.series_id
left join chosen on steps.series_id = chosen.series_id
left join naive on steps.series_id = naive.series_id
