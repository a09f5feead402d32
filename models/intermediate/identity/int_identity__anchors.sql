{#- Whose a cookie or device is: of several people one is picked, so that they are never
    glued together through it. Last touch takes the person seen with it last, first touch
    the person seen first. One that a crowd uses belongs to nobody. -#}
{{ config(materialized='table') }}
{%- set touch = 'sightings.first_seen_at asc' if identity_mode() == 'first_touch'
    else 'sightings.last_seen_at desc' -%}
with

sightings as (

    select * from {{ ref('int_identity__edges') }}
    where edge_role = 'holding'

),

ranked as (

    select
        sightings.left_key as held_key,
        sightings.right_key as person_key,
        row_number() over (
            partition by sightings.left_key
            order by
                {{ touch }},
                sightings.right_kind desc,
                sightings.right_key asc
        ) as place,
        count(*) over (partition by sightings.left_key) as person_count
    from sightings

),

anchors as (

    select
        ranked.held_key,
        case when crowded.node_key is null then ranked.person_key end as person_key,
        ranked.person_count
    from ranked
    left join {{ ref('int_identity__crowded') }} as crowded
        on ranked.held_key = crowded.node_key
    where ranked.place = 1

)

select * from anchors
