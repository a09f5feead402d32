-- Who is in a segment now is in it by both tables.
with

current_memberships as (

    select * from {{ ref('segment_memberships') }}
    where is_current

)

select
    scored.customer_id,
    scored.segment_id,
    current_memberships.segment_id as recorded_segment_id
from {{ ref('customer_segments') }} as scored
full outer join current_memberships
    on scored.customer_id = current_memberships.customer_id
where
    scored.segment_id is distinct from current_memberships.segment_id
    or (current_memberships.valid_to is null) != current_memberships.is_current
