with

changes as (

    select * from {{ ref('fitted_series') }}
    where part = 'change'

)

select
    series.metric,
    series.segment_name,
    series.grain,
    case when changes.level_after > changes.level_before then 'up' else 'down' end
        as direction,
    series.segment_id,
    changes.level_before,
    changes.level_after,
    changes.level_after - changes.level_before as absolute_size,
    changes.size_low as absolute_low,
    changes.size_high as absolute_high,
    {%- for part, name in {
        'changes.level_after - changes.level_before': 'relative_size',
        'changes.size_low': 'relative_low', 'changes.size_high': 'relative_high',
    }.items() %}
    ({{ part }}) / nullif(changes.level_before, 0) as {{ name }},
    {%- endfor %}
    changes.lead as lead_ratio,
    cast(changes.period_start_date as date) as change_date,
    cast(changes.first_date as date) as earliest_date,
    cast(changes.last_date as date) as latest_date
from changes
inner join {{ ref('int_series__listed') }} as series
    on changes.series_id = series.series_id
