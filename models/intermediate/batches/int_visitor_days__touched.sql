{#- Days whose events or verdicts may have changed: those of rows that arrived, of other
    copies of their events, orders and page views, and of subjects whose consent changed.
    A double-fire can reach one second into the next day, so that day counts as well. A
    first build touches everybody: one row stands for all of them. -#}
{{ config(materialized='incremental', incremental_strategy='append') }}
{%- set reach = seconds_after('occurred_at', var('double_fire_seconds')) -%}
{%- if is_incremental() -%}
{%- set since = latest_time(this, 'touched_at') %}
with

delivered as (

    select * from {{ ref('int_events__delivered') }}
    where invalid_reason is null

),

arrived as (

    select * from delivered
    where arrived_at > {{ since }}

),

copied_ids as (

    select {{ fast_hash(['source', 'event_id']) }} as event_hash
    from arrived
    where copy_number > 1

),

copied_keys as (

    select {{ fast_hash(['source', 'business_key']) }} as key_hash
    from delivered
    where
        business_key is not null
        and {{ fast_hash(['source', 'event_id']) }} in (
            select event_hash from copied_ids
        )
    union all
    select {{ fast_hash(['source', 'business_key']) }} as key_hash
    from arrived
    where business_key is not null

),

consenting as (

    select subject_key
    from {{ ref('int_consents__delivered') }}
    where arrived_at > {{ since }}

),

related as (

    select
        visitor_id,
        activity_date,
        occurred_at
    from arrived
    union all
    select
        visitor_id,
        activity_date,
        occurred_at
    from delivered
    where
        {{ fast_hash(['source', 'event_id']) }} in (select event_hash from copied_ids)
        or {{ fast_hash(['source', 'business_key']) }} in (
            select key_hash from copied_keys
        )
    {%- if uses_client_sessions() %}
    union all
    select
        visitor_id,
        activity_date,
        occurred_at
    from delivered
    where
        client_session_id is not null
        and {{ fast_hash(['visitor_id', 'client_session_id']) }} in (
            select {{ fast_hash(['visitor_id', 'client_session_id']) }} from arrived
        )
    {%- endif %}
    {%- for subject in ['visitor_id', 'user_key', 'device_key'] %}
    union all
    select
        visitor_id,
        activity_date,
        occurred_at
    from delivered
    where {{ subject }} in (select subject_key from consenting)
    {%- endfor %}

),

days as (

    select
        visitor_id,
        activity_date
    from related
    union distinct
    select
        visitor_id,
        cast({{ reach }} as date) as activity_date
    from related

)

select
    visitor_id,
    activity_date,
    {{ build_time() }} as touched_at
from days
{%- else %}
select
    {{ nobody() }} as visitor_id,
    date '0001-01-01' as activity_date,
    {{ build_time() }} as touched_at
from (select count(*) as row_count from {{ ref('int_events__delivered') }}) as events
cross join (
    select count(*) as row_count from {{ ref('int_consents__delivered') }}
) as consents
{%- endif %}
