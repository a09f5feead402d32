{#- Arms as they stand today, whoever assigned them, for the customers of today: by
    habitue to units, or elsewhere, as exposures tell. -#}
with

experiments as (

    select * from {{ ref('int_experiments__described') }}

),

frozen as (

    select
        frozen.experiment_id,
        components.customer_id,
        frozen.arm,
        frozen.segment_id,
        frozen.assigned_at
    from {{ ref('int_assignments__frozen') }} as frozen
    inner join experiments
        on frozen.experiment_id = experiments.experiment_id
        and experiments.assigned_by = 'habitue'
    inner join {{ ref('int_identity__components') }} as components
        on frozen.unit_id = components.pseudonym
    inner join {{ ref('int_as_of__dates') }} as dates
        on dates.is_latest
        and frozen.assigned_at <= cast(dates.as_of_date as timestamp)

),

exposed as (

    select
        exposures.experiment_id,
        exposures.customer_id,
        exposures.arm,
        in_force.segment_id,
        exposures.exposed_at as assigned_at
    from {{ ref('int_exposures__timed') }} as exposures
    inner join experiments
        on exposures.experiment_id = experiments.experiment_id
        and experiments.assigned_by = 'events'
    left join {{ ref('int_segments__in_force') }} as in_force
        on exposures.customer_id = in_force.customer_id
        and exposures.exposed_at >= in_force.in_force_from
        and exposures.exposed_at < in_force.in_force_until
    where exposures.exposed_at is not null

),

mapped as (

    select * from frozen
    union all
    select * from exposed

)

select * from mapped
