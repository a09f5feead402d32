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
    left join sessions
        on accepted.visitor_id = sessions.visitor_id
        and accepted.occurred_at >= sessions.started_at
        and accepted.occurred_at <= sessions.ended_at
        {%- if uses_client_sessions() %}
        and accepted.client_session_id is not distinct from sessions.client_session_id
        and (
            accepted.client_session_id is null
            or {{ is_within_session_cap('accepted', 'sessions.first_received_at') }}
        )
        {%- endif %}
    left join components as users on accepted.user_key = users.pseudonym
    left join components as visitors on accepted.visitor_id = visitors.pseudonym

)

select * from events
