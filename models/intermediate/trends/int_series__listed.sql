{#- The series that there are today: fits of segments that are gone stay where they were
    made, and are told of no more. -#}
select
    series_id,
    metric,
    segment_name,
    grain,
    segment_id,
    count(*) as period_count,
    count(value) as value_count,
    min(period_start_date) as first_date,
    max(period_start_date) as last_date
from {{ ref('int_series__measured') }}
group by 1, 2, 3, 4, 5
