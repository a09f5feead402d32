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

counted as (

    select
        judged.experiment_id,
        coalesce(judged.arm, firsts.arm) as arm,
        {%- set statuses = {
            'customer': 'in', 'two_arms': 'in two arms', 'automated': 'automated',
            'internal': 'internal',
        } %}
        {%- for name, status in statuses.items() %}
        sum(case when judged.status = '{{ status }}' then 1 else 0 end)
            as {{ name }}_count,
        {%- endfor %}
        {%- for name in ['exposed_before', 'exposed_to_other', 'changed'] %}
        sum(case when strayed.is_{{ name }} then 1 else 0 end) as {{ name }}_count
        {%- if not loop.last %},{% endif %}
        {%- endfor %}
    from judged
    left join firsts
        on judged.experiment_id = firsts.experiment_id
        and judged.customer_id = firsts.customer_id
        and firsts.place = 1
    left join {{ ref('int_assignments__strayed') }} as strayed
        on judged.experiment_id = strayed.experiment_id
        and judged.customer_id = strayed.customer_id
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
