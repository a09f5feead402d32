-- A customer is in one segment at a time: a membership ends before, or when, the next
-- one begins, at dates that were scored. One that follows another without a break is of
-- another segment and has a cause; any other one has none.
with

memberships as (

    select
        *,
        row_number() over (partition by customer_id order by valid_from) as place,
        lag(valid_to) over (
            partition by customer_id order by valid_from
        ) as last_valid_to,
        lag(segment_id) over (
            partition by customer_id order by valid_from
        ) as last_segment_id
    from {{ ref('segment_memberships') }}

),

scorings as (

    select as_of_date from {{ ref('int_scorings__logged') }}

)

select
    customer_id,
    segment_id,
    cause,
    valid_from,
    valid_to,
    last_segment_id,
    last_valid_to
from memberships
where
    (place > 1 and coalesce(valid_from < last_valid_to, true))
    or coalesce(valid_to <= valid_from, false)
    or coalesce(valid_from = last_valid_to, false) != (cause is not null)
    or (valid_from = last_valid_to and segment_id = last_segment_id)
    or valid_from not in (select as_of_date from scorings)
    or (valid_to is not null and valid_to not in (select as_of_date from scorings))
