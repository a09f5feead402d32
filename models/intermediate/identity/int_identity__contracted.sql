{#- Connected components of what may be merged: people by what they share, and cookies
    and devices that nobody was ever seen with. A cookie with several users never joins
    these users, because it is no edge here. -#}
{{ config(materialized='table') }}
-- depends_on: {{ ref('int_identity__edges') }}
-- depends_on: {{ ref('int_identity__anchors') }}
-- depends_on: {{ ref('int_identity__crowded') }}
{% call contract_components() %}
    with

    edges as (

        select * from {{ ref('int_identity__edges') }}
        where edge_role != 'holding'

    ),

    anchors as (

        select held_key from {{ ref('int_identity__anchors') }}

    )

    select edges.left_key, edges.right_key
    from edges
    left join {{ ref('int_identity__crowded') }} as crowded
        on edges.left_key = crowded.node_key
    left join anchors as lefts on edges.left_key = lefts.held_key
    left join anchors as rights on edges.right_key = rights.held_key
    where
        crowded.node_key is null
        and lefts.held_key is null
        and rights.held_key is null
{%- endcall %}
