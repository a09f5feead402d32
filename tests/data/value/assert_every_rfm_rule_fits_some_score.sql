-- A rule that others stand in front of names nobody: no error, but hardly meant.
{{ config(severity='warn') }}
select
    rules.priority,
    rules.rfm_segment
from {{ ref('rfm_segment_rules') }} as rules
left join {{ ref('int_rfm_scores__named') }} as named
    on rules.priority = named.priority
where named.priority is null
