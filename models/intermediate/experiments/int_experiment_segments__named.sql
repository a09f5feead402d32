{#- Segments as they were called when their customers were assigned, by the first name
    where there are several. -#}
select
    experiment_id,
    segment_id,
    min(segment_name) as segment_name
from {{ ref('experiment_assignments') }}
where segment_id is not null
group by 1, 2
