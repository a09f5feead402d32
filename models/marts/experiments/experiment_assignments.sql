{#- Whoever was shown several arms is in none. -#}
with

exposed as (

    select
        experiment_id,
        customer_id,
        count(*) as arm_count,
        min(arm) as arm,
        min(exposed_at) as exposed_at
    from {{ ref('int_exposures__timed') }}
    where exposed_at is not null
    group by 1, 2

),

placed as (

    select
        exposed.customer_id,
        exposed.experiment_id,
        case when exposed.arm_count = 1 then exposed.arm end as arm,
        exposed.arm_count,
        exposed.exposed_at as assigned_at,
        exposed.exposed_at,
        segments.segment_id,
        row_number() over (
            partition by exposed.experiment_id, exposed.customer_id
            order by segments.as_of_date desc
        ) as place
    from exposed
    inner join {{ ref('int_experiments__described') }} as experiments
        on exposed.experiment_id = experiments.experiment_id
        and experiments.assigned_by = 'events'
    left join {{ ref('int_segments__backcast') }} as segments
        on exposed.customer_id = segments.customer_id
        and segments.as_of_date <= cast(exposed.exposed_at as date)

),

judged as (

    select
        placed.*,
        case
            when placed.arm_count > 1 then 'in two arms'
            when arms.arm is null then 'unknown arm'
            else 'in'
        end as status
    from placed
    left join {{ ref('int_experiment_arms__described') }} as arms
        on placed.experiment_id = arms.experiment_id
        and placed.arm = arms.arm
    where placed.place = 1

)

select
    judged.customer_id,
    judged.experiment_id,
    judged.arm,
    judged.status,
    names.segment_name,
    judged.segment_id,
    judged.arm_count,
    judged.status = 'in' as is_analysed,
    judged.assigned_at,
    judged.exposed_at
from judged
left join {{ ref('segments') }} as names on judged.segment_id = names.segment_id
