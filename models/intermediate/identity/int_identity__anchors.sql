{#- Last touch: a cookie or device belongs to the person seen with it last. One
    that more people used than a household has is shared: it belongs to nobody. -#}
{{ config(materialized='table') }}
with

sightings as (

    select *
    from {{ ref('int_identity__edges') }}
    where is_right_person and not is_left_person

),

kinds as (

    select
        pseudonym,
        identifier_kind
    from {{ ref('identifiers') }}

),

ranked as (

    select
        sightings.left_key as held_key,
        sightings.right_key as person_key,
        row_number() over (
            partition by sightings.left_key
            order by
                sightings.last_seen_at desc,
                kinds.identifier_kind desc,
                sightings.right_key asc
        ) as place,
        sum(case when kinds.identifier_kind = 'user_id' then 1 else 0 end) over (
            partition by sightings.left_key
        ) as user_count
    from sightings
    inner join kinds on sightings.right_key = kinds.pseudonym

),

anchors as (

    select
        held_key,
        case
            when user_count <= {{ var('max_users_per_identifier') }} then person_key
        end as person_key,
        user_count
    from ranked
    where place = 1

)

select * from anchors
