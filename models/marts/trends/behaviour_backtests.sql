with

candidates as (

    select * from {{ ref('series_forecasts') }}
    where part = 'candidate'

)

select
    series.metric,
    series.segment_name,
    series.grain,
    candidates.method,
    candidates.status,
    candidates.reason,
    series.segment_id,
    candidates.mase,
    candidates.held_out_mase,
    {%- for name in ['coverage_80', 'coverage_95', 'factor_80', 'factor_95'] %}
    candidates.{{ name }},
    {%- endfor %}
    {%- for name in [
        'naive_period', 'origin_count', 'held_out_count', 'tested_count',
    ] %}
    cast(candidates.{{ name }} as bigint) as {{ name }},
    {%- endfor %}
    candidates.is_chosen
from candidates
inner join {{ ref('int_series__listed') }} as series
    on candidates.series_id = series.series_id
