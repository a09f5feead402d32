{#- Visits of a customer by the channel of their first session. A visit with a
    conversion is two steps, the second the conversion. Silence cuts, and so do
    conversions where they end a journey. -#}
{{ config(materialized='table') }}
with

sessions as (

    select
        stitched_session_id as visit_id,
        customer_id,
        traffic_channel,
        started_at,
        row_number() over (
            partition by stitched_session_id order by started_at, session_id
        ) as place,
        max(ended_at) over (partition by stitched_session_id) as visit_ended_at
    from {{ ref('sessions') }}

),

conversions as (

    select
        visit_id,
        min(occurred_at) as converted_at
    from {{ ref('int_event_steps__numbered') }}
    where is_conversion
    group by 1

),

visits as (

    select
        sessions.visit_id,
        sessions.customer_id,
        coalesce(sessions.traffic_channel, '(unknown)') as state,
        conversions.converted_at,
        sessions.started_at,
        row_number() over (
            partition by sessions.customer_id
            order by sessions.started_at, sessions.visit_id
        ) as place,
        lag(sessions.visit_ended_at) over (
            partition by sessions.customer_id
            order by sessions.started_at, sessions.visit_id
        ) as previous_ended_at,
        lag(conversions.converted_at) over (
            partition by sessions.customer_id
            order by sessions.started_at, sessions.visit_id
        ) as previous_converted_at
    from sessions
    left join conversions on sessions.visit_id = conversions.visit_id
    where sessions.place = 1

),

cut as (

    select
        *,
        max(
            case
                when place = 1 then 1
                {%- if var('journey_ends_at_conversion') %}
                when previous_converted_at is not null then place
                {%- endif %}
                when started_at > {{ seconds_after(
                    'previous_ended_at', var('journey_lookback_days') * 86400) }}
                    then place
            end
        ) over (
            partition by customer_id order by place
            rows between unbounded preceding and current row
        ) as first_place
    from visits

),

steps as (

    select
        visit_id,
        customer_id,
        first_place,
        2 * place as step_order,
        state,
        false as is_conversion,
        started_at as occurred_at
    from cut
    union all
    select
        visit_id,
        customer_id,
        first_place,
        2 * place + 1 as step_order,
        '(conversion)' as state,
        true as is_conversion,
        converted_at as occurred_at
    from cut
    where converted_at is not null

)

select
    {{ key_of(['customer_id', 'first_place']) }} as journey_id,
    visit_id,
    customer_id,
    row_number() over (
        partition by customer_id, first_place order by step_order
    ) as step_number,
    state,
    is_conversion,
    occurred_at
from steps
