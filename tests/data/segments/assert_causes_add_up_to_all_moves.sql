-- Every customer whom two scorings in a row found in different segments has moved, once
-- and for one of four causes. The segments at each scoring are read off the history.
with

scorings as (

    select
        as_of_date,
        lag(as_of_date) over (order by as_of_date) as previous_as_of_date
    from {{ ref('int_scorings__logged') }}

),

memberships as (

    select * from {{ ref('segment_memberships') }}

),

found as (

    select
        memberships.customer_id,
        memberships.segment_id,
        scorings.as_of_date
    from scorings
    inner join memberships
        on scorings.as_of_date >= memberships.valid_from
        and (
            memberships.valid_to is null
            or scorings.as_of_date < memberships.valid_to
        )

),

expected as (

    select
        scorings.as_of_date,
        count(*) as move_count
    from scorings
    inner join found as earlier
        on scorings.previous_as_of_date = earlier.as_of_date
    inner join found as later
        on scorings.as_of_date = later.as_of_date
        and earlier.customer_id = later.customer_id
    where later.segment_id != earlier.segment_id
    group by 1

),

told as (

    select
        moved_on,
        sum(case when cause = 'behaviour changed' then 1 else 0 end)
        + sum(case when cause = 'data arrived late' then 1 else 0 end)
        + sum(case when cause = 'identities merged' then 1 else 0 end)
        + sum(case when cause = 'model changed' then 1 else 0 end) as move_count
    from {{ ref('segment_moves') }}
    group by 1

)

select
    coalesce(expected.as_of_date, told.moved_on) as moved_on,
    expected.move_count as expected_move_count,
    told.move_count as told_move_count
from expected
full outer join told on expected.as_of_date = told.moved_on
where expected.move_count is distinct from told.move_count
