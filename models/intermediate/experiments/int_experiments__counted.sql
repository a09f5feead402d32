{#- The experiments with their customers, and how far each one is. -#}
with

described as (

    select * from {{ ref('int_experiments__described') }}

),

counted as (

    select
        experiment_id,
        count(*) as customer_count,
        sum(case when status = 'in' then 1 else 0 end) as analysed_customer_count
    from {{ ref('int_assignments__judged') }}
    group by 1

),

unnamed as (

    select distinct audiences.experiment_id
    from {{ ref('int_experiment_audiences__described') }} as audiences
    left join {{ ref('segment_names') }} as names
        on audiences.segment_name = names.segment_name
    where names.segment_name is null

),

latest as (

    select max(as_of_date) as as_of_date from {{ ref('int_as_of__dates') }}

)

select
    described.*,
    case
        when latest.as_of_date is null or described.start_date > latest.as_of_date
            then 'planned'
        when counted.customer_count is null and unnamed.experiment_id is not null
            then 'unknown segment'
        when counted.customer_count is null then 'no customers'
        when described.end_date > latest.as_of_date then 'running'
        else 'ended'
    end as status,
    coalesce(counted.customer_count, 0) as customer_count,
    cast(coalesce(counted.analysed_customer_count, 0) as bigint)
        as analysed_customer_count
from described
cross join latest
left join counted on described.experiment_id = counted.experiment_id
left join unnamed on described.experiment_id = unnamed.experiment_id
