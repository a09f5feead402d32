{#- Who is in the audience of an experiment that began, and since when: everybody at the
    start who was seen before it, others later if enrolment is open. -#}
with

experiments as (

    select
        described.experiment_id,
        described.audience,
        described.enrolment = 'open' as is_open,
        cast(described.start_date as timestamp) as start_at,
        cast(described.end_date as timestamp) as end_at,
        dates.as_of_date
    from {{ ref('int_experiments__described') }} as described
    inner join {{ ref('int_as_of__dates') }} as dates
        on dates.is_latest and described.start_date <= dates.as_of_date
    where described.assigned_by = 'habitue'

),

audiences as (

    select * from {{ ref('int_experiment_audiences__described') }}

),

in_force as (

    select * from {{ ref('int_segments__in_force') }}

),

everybody as (

    select
        experiments.experiment_id,
        customers.customer_id,
        greatest(customers.first_seen_at, experiments.start_at) as assigned_at
    from experiments
    inner join {{ ref('customers') }} as customers
        on experiments.start_at > customers.first_seen_at
        or (experiments.is_open and experiments.end_at > customers.first_seen_at)
    where
        {{ local_date('customers.first_seen_at') }} < experiments.as_of_date
        and experiments.experiment_id not in (select experiment_id from audiences)

),

members as (

    select
        experiments.experiment_id,
        in_force.customer_id,
        min(greatest(in_force.in_force_from, experiments.start_at)) as assigned_at
    from experiments
    inner join audiences on experiments.experiment_id = audiences.experiment_id
    inner join in_force
        on audiences.segment_name = in_force.segment_name
        and experiments.start_at < in_force.in_force_until
        and (
            experiments.start_at >= in_force.in_force_from
            or (experiments.is_open and experiments.end_at > in_force.in_force_from)
        )
    group by 1, 2

),

enrolled as (

    select * from everybody
    union all
    select * from members

)

select
    enrolled.experiment_id,
    enrolled.customer_id,
    in_force.segment_id,
    enrolled.assigned_at
from enrolled
left join in_force
    on enrolled.customer_id = in_force.customer_id
    and enrolled.assigned_at >= in_force.in_force_from
    and enrolled.assigned_at < in_force.in_force_until
