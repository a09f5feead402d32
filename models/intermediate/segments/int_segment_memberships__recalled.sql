{#- Who was in which segment at the scoring before this one, as it was written then. A
    view: what this build writes lies after that date and does not show. -#}
{%- set left_behind = relation_of('segment_memberships') -%}
with

scorings as (

    select * from {{ ref('int_scorings__recalled') }}

),

memberships as (

    {% if left_behind -%}
    select
        customer_id,
        segment_id,
        model_version,
        cause,
        valid_from,
        valid_to
    from {{ left_behind }}
    {%- else -%}
    select
        cast(null as uuid) as customer_id,
        cast(null as bigint) as segment_id,
        cast(null as bigint) as model_version,
        cast(null as varchar) as cause,
        cast(null as date) as valid_from,
        cast(null as date) as valid_to
    where 1 = 0
    {%- endif %}

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
