{#- Identifiers and match keys that more people stand beside than a household or the
    spelling of one name accounts for: a kiosk, an office's address, a common name. They
    belong to nobody and join nobody. -#}
{{ config(materialized='table') }}
with

counted as (

    select
        left_key as node_key,
        case when left_kind = 'match_key' then edge_kind else left_kind end
            as group_kind,
        greatest(
            sum(case when right_kind = 'user_id' then 1 else 0 end),
            sum(case when right_kind = 'email' then 1 else 0 end)
        ) as people_count
    from {{ ref('int_identity__edges') }}
    where edge_role != 'neighbours'
    group by 1, 2

),

limited as (

    select
        node_key,
        people_count,
        {{ max_group_size('group_kind') }} as max_people_count
    from counted

)

select * from limited
where people_count > max_people_count
