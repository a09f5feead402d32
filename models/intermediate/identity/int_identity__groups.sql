{#- Every identifier with the person it belongs to (last touch), or else the group of
    identifiers that nobody was seen with. -#}
{{ config(materialized='table') }}
{%- set keys = ['visitor_id', 'device_key', 'session_key', 'user_key', 'email_key'] -%}
with

seen as (

    {%- for key in keys %}
    select
        {{ key }} as node_key,
        first_seen_at,
        last_seen_at
    from {{ ref('int_identifiers__seen') }}
    where {{ key }} != {{ nobody() }}
    {% if not loop.last %}union all{% endif %}
    {%- endfor %}

),

nodes as (

    select
        node_key,
        min(first_seen_at) as first_seen_at,
        max(last_seen_at) as last_seen_at
    from seen
    group by 1

),

groups as (

    select
        nodes.node_key,
        anchors.person_key,
        anchors.held_key is not null as has_anchor,
        coalesce(
            contracted.component_key, cast(nodes.node_key as varchar)
        ) as group_key,
        nodes.first_seen_at,
        nodes.last_seen_at
    from nodes
    left join {{ ref('int_identity__contracted') }} as contracted
        on nodes.node_key = contracted.node_key
    left join {{ ref('int_identity__anchors') }} as anchors
        on nodes.node_key = anchors.held_key

)

select * from groups
