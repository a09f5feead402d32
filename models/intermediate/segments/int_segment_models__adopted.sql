{#- The version that everybody is scored by: the newest that was adopted. -#}
select max(model_version) as model_version
from {{ ref('segment_centroids') }}
where coalesce(is_adopted, true)
having max(model_version) is not null
