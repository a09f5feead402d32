{#- Who was in which segment at the scoring before this one, as it was written then. A
    view: what this build writes lies after that date and does not show. -#}
with

scorings as (

    select * from {{ ref('int_scorings__recalled') }}

),

memberships as (

    {{ select_left_behind('segment_memberships', {
        'customer_id': 'uuid', 'segment_id': 'bigint', 'model_version': 'bigint',
        'cause': 'varchar', 'valid_from': 'date', 'valid_to': 'date',
    }) }}

),

recalled as (

    select
        memberships.customer_id,
        memberships.segment_id,
        memberships.model_version,
        memberships.cause,
        memberships.valid_from
    from memberships
    inner join scorings
        on memberships.valid_from <= scorings.last_as_of_date
        and (
            memberships.valid_to is null
            or memberships.valid_to > scorings.last_as_of_date
        )

)

select * from recalled
