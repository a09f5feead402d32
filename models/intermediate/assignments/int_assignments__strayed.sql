{#- What is odd about customers who are compared: shown the experiment before they had
    an arm, shown another arm than their own, assigned under another definition. -#}
{{ config(materialized='table') }}
with

judged as (

    select * from {{ ref('int_assignments__judged') }}
    where status = 'in'

),

exposed as (

    select
        judged.experiment_id,
        judged.customer_id,
        min(exposures.first_exposed_at) < min(judged.assigned_at)
            as is_exposed_before,
        sum(
            case when exposures.arm != judged.arm then exposures.exposure_count end
        ) > 0 as is_exposed_to_other
    from judged
    inner join {{ ref('int_exposures__timed') }} as exposures
        on judged.experiment_id = exposures.experiment_id
        and judged.customer_id = exposures.customer_id
    group by 1, 2

),

changed as (

    select distinct
        frozen.experiment_id,
        components.customer_id
    from {{ ref('int_assignments__frozen') }} as frozen
    inner join {{ ref('int_experiments__described') }} as experiments
        on frozen.experiment_id = experiments.experiment_id
        and frozen.definition_key != experiments.definition_key
    inner join {{ ref('int_identity__components') }} as components
        on frozen.unit_id = components.pseudonym

),

strayed as (

    select
        judged.experiment_id,
        judged.customer_id,
        coalesce(exposed.is_exposed_before, false) as is_exposed_before,
        coalesce(exposed.is_exposed_to_other, false) as is_exposed_to_other,
        changed.customer_id is not null as is_changed
    from judged
    left join exposed
        on judged.experiment_id = exposed.experiment_id
        and judged.customer_id = exposed.customer_id
    left join changed
        on judged.experiment_id = changed.experiment_id
        and judged.customer_id = changed.customer_id

)

select * from strayed
