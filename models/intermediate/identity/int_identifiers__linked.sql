{#- Which identifiers were seen together, per visitor: small, and rebuilt for touched
    visitors only. -#}
{{ config(
    materialized='incremental',
    incremental_strategy='append',
    pre_hook="{{ forget_touched_visitors() }}",
) }}
-- depends_on: {{ ref('int_visitor_days__touched') }}
with

events as (

    select * from {{ ref('int_events__accepted') }}
    {%- if is_incremental() and not touches_everything() %}
    where visitor_id in (
        select touched.visitor_id from ({{ touched_visitors() }}) as touched
    )
    {%- endif %}

),

linked as (

    select
        visitor_id,
        user_key,
        device_key,
        session_key,
        email_key,
        count(*) as event_count,
        min(occurred_at) as first_seen_at,
        max(occurred_at) as last_seen_at
    from events
    group by 1, 2, 3, 4, 5

)

select * from linked
