with

judged as (

    select * from {{ ref('int_assignments__judged') }}

),

named as (

    select
        segment_id,
        segment_name,
        row_number() over (
            partition by segment_id order by model_version desc
        ) as place
    from {{ ref('segment_names') }}

)

select
    judged.customer_id,
    judged.experiment_id,
    judged.arm,
    judged.status,
    named.segment_name,
    judged.segment_id,
    judged.arm_count,
    judged.status = 'in' as is_analysed,
    judged.assigned_at,
    judged.exposed_at
from judged
left join named
    on judged.segment_id = named.segment_id
    and named.place = 1
