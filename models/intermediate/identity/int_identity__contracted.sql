{#- Connected components of what may be merged: people by the e-mails they share,
    and cookies and devices that nobody was ever seen with. A cookie with several
    users never joins these users, because it is no edge here. -#}
{{ config(materialized='table') }}
-- depends_on: {{ ref('int_identity__edges') }}
-- depends_on: {{ ref('int_identity__anchors') }}
{% call contract_components() %}
    with

    edges as (

        select * from {{ ref('int_identity__edges') }}

    ),

    crowded_emails as (

        select edges.left_key as email_key
        from edges
        where edges.is_left_person and edges.is_right_person
        group by 1
        having count(*) > {{ var('max_users_per_email') }}

    ),

    anchors as (

        select held_key from {{ ref('int_identity__anchors') }}

    )

    select edges.left_key, edges.right_key
    from edges
    left join crowded_emails on edges.left_key = crowded_emails.email_key
    left join anchors as lefts on edges.left_key = lefts.held_key
    left join anchors as rights on edges.right_key = rights.held_key
    where
        edges.is_left_person = edges.is_right_person
        and crowded_emails.email_key is null
        and lefts.held_key is null
        and rights.held_key is null
{%- endcall %}
