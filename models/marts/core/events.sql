{#- A view: the event grain is stored once, and identity is joined in when it is
    read. An event that names its user belongs to that user's customer, else to its
    session's. -#}
{{ config(materialized='view') }}
with

accepted as (

    select * from {{ ref('int_events__accepted') }}

),

components as (

    select * from {{ ref('int_identity__components') }}

),

sessions as (

    select * from {{ ref('int_sessions__stitched') }}

),

events as (

    select
        accepted.event_id,
        accepted.source,
        accepted.event_type,
        accepted.event_name,
        accepted.visitor_id,
        coalesce(
            users.customer_id, sessions.customer_id, visitors.customer_id
        ) as customer_id,
        sessions.session_id,
        sessions.stitched_session_id,
        accepted.region,
        accepted.ip_network,
        accepted.page_path,
        accepted.product_id,
        accepted.category,
        accepted.order_id,
        accepted.page_view_id,
        accepted.feature_name,
        accepted.experiment_id,
        accepted.experiment_arm,
        accepted.quantity,
        accepted.unit_price,
        {{ is_late('accepted') }} as is_late,
        accepted.occurred_at,
        accepted.received_at
    from accepted
    left join sessions on {{ lies_in_session('accepted', 'sessions') }}
    left join components as users on accepted.user_key = users.pseudonym
    left join {{ ref('int_visitors__held') }} as visitors
        on {{ is_held_at('visitors', 'accepted.visitor_id', 'accepted.occurred_at') }}

)

select * from events
