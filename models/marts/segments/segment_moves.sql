{#- Where a membership ends and another one of the customer begins at the same scoring.
    Who came, or went, has not moved. -#}
with

scorings as (

    select
        as_of_date,
        lag(as_of_date) over (order by as_of_date) as previous_as_of_date,
        lag(model_version) over (order by as_of_date) as previous_model_version
    from {{ ref('int_scorings__logged') }}

),

memberships as (

    select * from {{ ref('segment_memberships') }}

),

names as (

    select * from {{ ref('segment_names') }}

),

segment_moves as (

    select
        later.customer_id,
        earlier.segment_id as from_segment_id,
        from_names.segment_name as from_segment_name,
        scorings.previous_model_version as from_model_version,
        later.segment_id as to_segment_id,
        to_names.segment_name as to_segment_name,
        later.model_version as to_model_version,
        later.cause,
        scorings.previous_as_of_date,
        later.valid_from as moved_on
    from memberships as later
    inner join memberships as earlier
        on later.customer_id = earlier.customer_id
        and later.valid_from = earlier.valid_to
    inner join scorings on later.valid_from = scorings.as_of_date
    left join names as from_names
        on scorings.previous_model_version = from_names.model_version
        and earlier.segment_id = from_names.segment_id
    left join names as to_names
        on later.model_version = to_names.model_version
        and later.segment_id = to_names.segment_id

)

select * from segment_moves
