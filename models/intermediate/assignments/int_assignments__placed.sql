{#- One arm per customer, if there is one: identifiers that were merged since may stand
    in several. The segment is that of the first assignment. -#}
with

numbered as (

    select
        *,
        row_number() over (
            partition by experiment_id, customer_id
            order by assigned_at, segment_id, arm
        ) as place
    from {{ ref('int_assignments__mapped') }}

),

placed as (

    select
        experiment_id,
        customer_id,
        case when min(arm) = max(arm) then min(arm) end as arm,
        count(distinct arm) as arm_count,
        max(case when place = 1 then segment_id end) as segment_id,
        min(assigned_at) as assigned_at
    from numbered
    group by 1, 2

)

select * from placed
