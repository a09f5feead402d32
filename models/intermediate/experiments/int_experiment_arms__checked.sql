{#- What the health of experiments is judged by. People who stand in several arms count
    with the one that they were in first. -#}
{{ config(materialized='table') }}
with

judged as (

    select * from {{ ref('int_assignments__judged') }}

),

firsts as (

    select
        mapped.experiment_id,
        mapped.customer_id,
        mapped.arm,
        row_number() over (
            partition by mapped.experiment_id, mapped.customer_id
            order by mapped.assigned_at, mapped.arm
        ) as place
    from {{ ref('int_assignments__mapped') }} as mapped
    inner join judged
        on mapped.experiment_id = judged.experiment_id
        and mapped.customer_id = judged.customer_id
        and judged.status = 'in two arms'

),

exposed as (

    select
        judged.experiment_id,
        judged.customer_id,
        min(exposures.first_exposed_at) < min(judged.assigned_at) as is_before,
        max(
            case
                when exposures.arm != judged.arm and exposures.exposure_count > 0
                    then 1
                else 0
            end
        ) = 1 as is_other
    from judged
    inner join {{ ref('int_exposures__timed') }} as exposures
        on judged.experiment_id = exposures.experiment_id
        and judged.customer_id = exposures.customer_id
    where judged.status = 'in'
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

counted as (

    select
        judged.experiment_id,
        coalesce(judged.arm, firsts.arm) as arm,
        {%- for name in ['in', 'in two arms', 'automated', 'internal'] %}
        sum(case when judged.status = '{{ name }}' then 1 else 0 end)
            as {{ {'in': 'customer', 'in two arms': 'two_arms'}.get(name, name) }}_count,
        {%- endfor %}
        sum(case when exposed.is_before then 1 else 0 end) as exposed_before_count,
        sum(case when exposed.is_other then 1 else 0 end) as exposed_to_other_count,
        sum(
            case when judged.status = 'in' and changed.customer_id is not null
                then 1
                else 0
            end
        ) as changed_count
    from judged
    left join firsts
        on judged.experiment_id = firsts.experiment_id
        and judged.customer_id = firsts.customer_id
        and firsts.place = 1
    left join exposed
        on judged.experiment_id = exposed.experiment_id
        and judged.customer_id = exposed.customer_id
    left join changed
        on judged.experiment_id = changed.experiment_id
        and judged.customer_id = changed.customer_id
    group by 1, 2

)

select
    arms.experiment_id,
    arms.arm,
    arms.arm_number,
    arms.share,
    experiments.assigned_by,
    experiments.status = 'ended' as is_over,
    {%- for name in ['customer', 'two_arms', 'automated', 'internal', 'exposed_before',
        'exposed_to_other', 'changed'] %}
    cast(coalesce(counted.{{ name }}_count, 0) as bigint) as {{ name }}_count
    {%- if not loop.last %},{% endif %}
    {%- endfor %}
from {{ ref('int_experiment_arms__described') }} as arms
inner join {{ ref('int_experiments__counted') }} as experiments
    on arms.experiment_id = experiments.experiment_id
left join counted
    on arms.experiment_id = counted.experiment_id
    and arms.arm = counted.arm
