{#- Which identifiers events and order lines named together, over all time. -#}
{{ config(materialized='table') }}
with

linked as (

    select
        visitor_id,
        user_key,
        device_key,
        session_key,
        email_key,
        profile_key,
        event_count,
        first_seen_at,
        last_seen_at
    from {{ ref('int_visitor_days__linked') }}

    union all

    select
        visitor_id,
        user_key,
        null as device_key,
        null as session_key,
        email_key,
        null as profile_key,
        1 as event_count,
        ordered_at as first_seen_at,
        ordered_at as last_seen_at
    from {{ ref('int_order_lines__priced') }}

),

seen as (

    select
        visitor_id,
        user_key,
        device_key,
        session_key,
        email_key,
        profile_key,
        sum(event_count) as event_count,
        min(first_seen_at) as first_seen_at,
        max(last_seen_at) as last_seen_at
    from linked
    group by 1, 2, 3, 4, 5, 6

)

select * from seen
