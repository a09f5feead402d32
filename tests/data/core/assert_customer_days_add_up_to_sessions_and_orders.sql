-- Features are computed from customer days alone, so nothing of the sessions and
-- orders may be lost or counted twice on the way there. Orders that name nobody have
-- no customer. Seconds are floating-point sums: one is tolerated.
with

days as (

    select
        coalesce(sum(session_count), 0) as session_count,
        coalesce(sum(event_count), 0) as event_count,
        coalesce(sum(page_view_count), 0) as page_view_count,
        coalesce(sum(order_count), 0) as order_count,
        coalesce(sum(revenue), 0) as revenue,
        coalesce(sum(engaged_seconds), 0) as engaged_seconds
    from {{ ref('customer_days') }}

),

sessions as (

    select
        count(*) as session_count,
        coalesce(sum(event_count), 0) as event_count,
        coalesce(sum(page_view_count), 0) as page_view_count,
        coalesce(sum(engaged_seconds), 0) as engaged_seconds
    from {{ ref('sessions') }}

),

orders as (

    select
        coalesce(sum(case when is_purchase then 1 else 0 end), 0) as order_count,
        coalesce(sum(amount), 0) as revenue
    from {{ ref('orders') }}
    where customer_id is not null

)

select
    days.session_count,
    sessions.session_count as expected_session_count,
    days.event_count,
    sessions.event_count as expected_event_count,
    days.order_count,
    orders.order_count as expected_order_count,
    days.revenue,
    orders.revenue as expected_revenue,
    days.engaged_seconds,
    sessions.engaged_seconds as expected_engaged_seconds
from days
cross join sessions
cross join orders
where
    days.session_count != sessions.session_count
    or days.event_count != sessions.event_count
    or days.page_view_count != sessions.page_view_count
    or days.order_count != orders.order_count
    or days.revenue != orders.revenue
    or abs(days.engaged_seconds - sessions.engaged_seconds) > 1
