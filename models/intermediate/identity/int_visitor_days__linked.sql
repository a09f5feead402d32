{#- Which identifiers were seen together, per visitor and day: the one pass over the
    events that identity makes, and only over the days that were touched. -#}
{{ config(
    materialized='incremental',
    incremental_strategy='append',
    pre_hook="{{ forget_touched_days() }}",
) }}
-- depends_on: {{ ref('int_visitor_days__touched') }}
with

events as (

    select * from {{ ref('int_events__accepted') }}
    {%- if is_incremental() and not touches_everything() %}
    where {{ is_on_touched_day() }}
    {%- endif %}

),

linked as (

    select
        visitor_id,
        user_key,
        device_key,
        session_key,
        email_key,
        profile_key,
        region,
        count(*) as event_count,
        activity_date,
        min(occurred_at) as first_seen_at,
        max(occurred_at) as last_seen_at
    from events
    group by
        visitor_id, user_key, device_key, session_key, email_key, profile_key, region,
        activity_date

)

select * from linked
