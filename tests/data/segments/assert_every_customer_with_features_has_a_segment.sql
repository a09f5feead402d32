-- The scorer places everybody: a customer without a segment, or with one that has no
-- name, would be missing from every list that is made of segments.
select
    features.customer_id,
    scored.segment_id,
    scored.segment_name
from {{ ref('int_features__transformed') }} as features
left join {{ ref('customer_segments') }} as scored
    on features.customer_id = scored.customer_id
    and features.as_of_date = scored.as_of_date
where scored.segment_id is null or scored.segment_name is null
