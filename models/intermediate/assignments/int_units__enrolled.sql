{#- What gets an arm: the customer, or each of the customer's cookies and devices. -#}
with

experiments as (

    select * from {{ ref('int_experiments__described') }}

),

enrolled as (

    select * from {{ ref('int_customers__enrolled') }}

),

visitors as (

    select
        experiments.experiment_id,
        visitors.pseudonym as unit_id,
        enrolled.customer_id,
        enrolled.segment_id,
        greatest(enrolled.assigned_at, visitors.first_seen_at) as assigned_at
    from enrolled
    inner join experiments
        on enrolled.experiment_id = experiments.experiment_id
        and experiments.unit = 'visitor'
    inner join {{ ref('int_identity__components') }} as visitors
        on enrolled.customer_id = visitors.customer_id
        and visitors.identifier_kind in ('anonymous_id', 'device_id')
    where
        visitors.first_seen_at < cast(experiments.start_date as timestamp)
        or (
            experiments.enrolment = 'open'
            and visitors.first_seen_at < cast(experiments.end_date as timestamp)
        )

),

customers as (

    select
        enrolled.experiment_id,
        enrolled.customer_id as unit_id,
        enrolled.customer_id,
        enrolled.segment_id,
        enrolled.assigned_at
    from enrolled
    inner join experiments
        on enrolled.experiment_id = experiments.experiment_id
        and experiments.unit = 'customer'

)

select * from customers
union all
select * from visitors
