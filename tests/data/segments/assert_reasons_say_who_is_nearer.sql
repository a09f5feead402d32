-- What all features contribute, those that speak for the runner-up included, is how
-- much further away the runner-up is, in squared distances. Everybody with a runner-up
-- has a reason, but for whom both are equally near.
with

measured as (

    select
        customer_id,
        {{ var('segment_features').keys() | join(' + ') }} as contribution_sum
    from {{ ref('int_customer_reasons__measured') }}

),

reasons as (

    select
        customer_id,
        count(*) as reason_count
    from {{ ref('customer_segment_reasons') }}
    group by 1

)

select
    scored.customer_id,
    measured.contribution_sum,
    reasons.reason_count
from {{ ref('customer_segments') }} as scored
left join measured on scored.customer_id = measured.customer_id
left join reasons on scored.customer_id = reasons.customer_id
where
    scored.runner_up_segment_id is not null
    and (
        measured.contribution_sum is null
        or abs(
            (scored.distance + scored.margin) * (scored.distance + scored.margin)
            - scored.distance * scored.distance
            - measured.contribution_sum
        ) > 0.000001
        or (scored.margin > 0.000001 and reasons.reason_count is null)
    )
