{#- Who was shown which arm of an experiment of the settings, and when: first ever, and
    first while it ran. What lies past the as-of date is not known yet. -#}
{{ config(materialized='table') }}
with

experiments as (

    select * from {{ ref('int_experiments__described') }}

),

shown as (

    select
        experiments.experiment_id,
        events.customer_id,
        events.experiment_arm as arm,
        events.occurred_at,
        case
            when events.occurred_at >= cast(experiments.start_date as timestamp)
                and events.occurred_at < cast(experiments.end_date as timestamp)
                then events.occurred_at
        end as counted_at
    from {{ ref('events') }} as events
    inner join experiments on events.experiment_id = experiments.experiment_id
    cross join {{ ref('int_as_of__dates') }} as dates
    where
        dates.is_latest
        and events.event_type = 'campaign_exposure'
        and events.experiment_arm is not null
        and events.customer_id is not null
        and {{ local_date('events.occurred_at') }} < dates.as_of_date

),

timed as (

    select
        experiment_id,
        customer_id,
        arm,
        count(counted_at) as exposure_count,
        min(occurred_at) as first_exposed_at,
        min(counted_at) as exposed_at
    from shown
    group by 1, 2, 3

)

select * from timed
