{#- Every identifier and its customer. The customer's id is that of its oldest user
    id or e-mail, else of its oldest cookie: a cookie that changes hands must not
    take a customer's id along. Of what was first seen at once the kind decides, so that
    the choice seldom hangs on pseudonyms, which a rotation of the key changes. -#}
{{ config(materialized='table') }}
{%- set kinds = ['user_id', 'email'] + held_kinds() %}
with

groups as (

    select
        *,
        case when not has_anchor then group_key end as orphan_key
    from {{ ref('int_identity__groups') }}

),

adoptions as (

    select * from {{ ref('int_identity__adoptions') }}

),

resolved as (

    select
        groups.node_key,
        groups.first_seen_at,
        groups.last_seen_at,
        coalesce(
            persons.group_key, adopters.group_key, groups.group_key
        ) as root_key
    from groups
    left join groups as persons on groups.person_key = persons.node_key
    left join adoptions on groups.orphan_key = adoptions.group_key
    left join groups as adopters on adoptions.person_key = adopters.node_key

),

components as (

    select
        resolved.node_key as pseudonym,
        identifiers.identifier_kind,
        first_value(resolved.node_key) over (
            partition by resolved.root_key
            order by
                case
                    when {{ is_person('identifiers.identifier_kind') }} then 0
                    else 1
                end,
                resolved.first_seen_at,
                case identifiers.identifier_kind
                    {%- for kind in kinds %}
                    when '{{ kind }}' then {{ loop.index }}
                    {%- endfor %}
                end,
                resolved.node_key
        ) as customer_id,
        resolved.first_seen_at,
        resolved.last_seen_at
    from resolved
    inner join {{ ref('identifiers') }} as identifiers
        on resolved.node_key = identifiers.pseudonym

)

select * from components
