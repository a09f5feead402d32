{#- Journeys since the customer was first shown an arm of an experiment, as long as the
    experiment was shown to anybody. Whoever was shown several arms is in none. -#}
with

shown as (

    select
        customer_id,
        experiment_id,
        experiment_arm,
        occurred_at,
        max(occurred_at) over (partition by experiment_id) as last_shown_at
    from {{ ref('events') }}
    where
        event_type = 'campaign_exposure'
        and experiment_id is not null
        and experiment_arm is not null

),

exposures as (

    select
        customer_id,
        experiment_id,
        min(experiment_arm) as experiment_arm,
        min(occurred_at) as exposed_at,
        max(last_shown_at) as last_shown_at
    from shown
    group by 1, 2
    having min(experiment_arm) = max(experiment_arm)

),

exposed as (

    select
        journeys.level,
        journeys.journey_id,
        journeys.customer_id,
        exposures.experiment_id,
        exposures.experiment_arm
    from exposures
    inner join {{ ref('int_journeys__measured') }} as journeys
        on exposures.customer_id = journeys.customer_id
    where
        journeys.ended_at >= exposures.exposed_at
        and journeys.started_at <= exposures.last_shown_at

)

select * from exposed
