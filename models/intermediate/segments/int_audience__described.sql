{#- What a segment can be broken down by. Whoever has no session, or no order, is
    counted as that: every breakdown holds every customer, so all have one total. -#}
{{ config(materialized='table') }}
with

first_sessions as (

    select
        customer_id,
        traffic_channel,
        device_type,
        row_number() over (
            partition by customer_id order by started_at, session_id
        ) as place
    from {{ ref('sessions') }}

),

described as (

    select
        scored.customer_id,
        scored.segment_id,
        coalesce(first_sessions.traffic_channel, 'No session') as traffic_channel,
        coalesce(first_sessions.device_type, 'unknown') as device_type,
        coalesce(rfm_scores.rfm_segment, 'No order') as rfm_segment
    from {{ ref('customer_segments') }} as scored
    inner join {{ ref('int_segments__counted') }} as segments
        on scored.segment_id = segments.segment_id
        and scored.model_version = segments.model_version
    left join first_sessions
        on scored.customer_id = first_sessions.customer_id
        and first_sessions.place = 1
    left join {{ ref('rfm_scores') }} as rfm_scores
        on scored.customer_id = rfm_scores.customer_id
        and scored.as_of_date = rfm_scores.as_of_date

)

select * from described
