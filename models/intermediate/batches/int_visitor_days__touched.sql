{#- A double-fire can reach one second into the next day, so that day counts as
    well. A first build touches everybody: one row stands for all of them. -#}
{{ config(materialized='incremental', incremental_strategy='append') }}
{%- set reach = seconds_after('occurred_at', var('double_fire_seconds')) -%}
{% if is_incremental() -%}
with

delivered as (

    select * from {{ ref('int_events__delivered') }}

),

since as (

    select max(touched_at) as touched_at from {{ this }}

),

arrived as (

    select {{ fast_hash(['delivered.source', 'delivered.event_id']) }} as event_hash
    from delivered
    cross join since
    where delivered.arrived_at > since.touched_at

),

copied_orders as (

    select {{ fast_hash(['source', 'business_key']) }} as order_hash
    from delivered
    where
        business_key is not null
        and {{ fast_hash(['source', 'event_id']) }} in (select event_hash from arrived)

),

consenting as (

    select consents.subject_key
    from {{ ref('int_consents__delivered') }} as consents
    cross join since
    where consents.arrived_at > since.touched_at

),

related as (

    select
        visitor_id,
        activity_date,
        occurred_at
    from delivered
    where
        {{ fast_hash(['source', 'event_id']) }} in (select event_hash from arrived)
        or {{ fast_hash(['source', 'business_key']) }} in (
            select order_hash from copied_orders
        )
        or visitor_id in (select subject_key from consenting)
        or user_key in (select subject_key from consenting)
        or device_key in (select subject_key from consenting)

),

days as (

    select
        visitor_id,
        activity_date
    from related
    union
    select
        visitor_id,
        cast({{ reach }} as date) as activity_date
    from related
    where occurred_at is not null

)

select
    visitor_id,
    activity_date,
    {{ build_time() }} as touched_at
from days
{%- else -%}
select
    {{ nobody() }} as visitor_id,
    date '0001-01-01' as activity_date,
    {{ build_time() }} as touched_at
from (select count(*) as row_count from {{ ref('int_events__delivered') }}) as events
cross join (
    select count(*) as row_count from {{ ref('int_consents__delivered') }}
) as consents
{%- endif %}
