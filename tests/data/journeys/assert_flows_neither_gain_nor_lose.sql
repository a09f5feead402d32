-- What flows into a state at a step flows out of it again, and every journey starts
-- and ends: a name that is ranked one way on one side of an edge and another way on the
-- other shows here.
with

ends as (

    select
        level,
        segment_id,
        step_number,
        state,
        -journey_count as journey_count
    from {{ ref('journey_flows') }}
    where step_number > 0
    union all
    select
        level,
        segment_id,
        step_number + 1 as step_number,
        next_state as state,
        journey_count
    from {{ ref('journey_flows') }}
    where next_state not in ('(conversion)', '(dropped)', '(goes on)')
    union all
    select
        level,
        segment_id,
        -1 as step_number,
        'all journeys' as state,
        -journey_count as journey_count
    from {{ ref('journey_flows') }}
    where step_number = 0
    union all
    select
        level,
        segment_id,
        -1 as step_number,
        'all journeys' as state,
        journey_count
    from {{ ref('journey_flows') }}
    where next_state in ('(conversion)', '(dropped)', '(goes on)')
    union all
    select
        level,
        cast(null as bigint) as segment_id,
        -1 as step_number,
        'all paths' as state,
        -journey_count as journey_count
    from {{ ref('journey_paths') }}
    where segment_id is null
    union all
    select
        level,
        cast(null as bigint) as segment_id,
        -1 as step_number,
        'all paths' as state,
        1 as journey_count
    from {{ ref('int_journeys__measured') }}

)

select
    level,
    segment_id,
    step_number,
    state,
    sum(journey_count) as gained_count
from ends
group by 1, 2, 3, 4
having sum(journey_count) != 0
