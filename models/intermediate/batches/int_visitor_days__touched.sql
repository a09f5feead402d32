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

    select delivered.*
    from delivered
    cross join since
    where delivered.arrived_at > since.touched_at

),

consenting as (

    select distinct consents.subject_key
    from {{ ref('int_consents__delivered') }} as consents
    cross join since
    where consents.arrived_at > since.touched_at

),

related as (

    select
        visitor_id,
        activity_date,
        occurred_at
    from arrived

    union all

    select
        delivered.visitor_id,
        delivered.activity_date,
        delivered.occurred_at
    from delivered
    where
        {{ fast_hash(['delivered.source', 'delivered.event_id']) }} in (
            select {{ fast_hash(['arrived.source', 'arrived.event_id']) }} from arrived
        )

    union all

    select
        delivered.visitor_id,
        delivered.activity_date,
        delivered.occurred_at
    from delivered
    where
        {{ fast_hash(['delivered.source', 'delivered.business_key']) }} in (
            select {{ fast_hash(['copies.source', 'copies.business_key']) }}
            from delivered as copies
            where
                business_key is not null
                and {{ fast_hash(['copies.source', 'copies.event_id']) }} in (
                    select {{ fast_hash(['arrived.source', 'arrived.event_id']) }}
                    from arrived
                )
        )

    union all

    select
        delivered.visitor_id,
        delivered.activity_date,
        delivered.occurred_at
    from delivered
    inner join consenting
        on delivered.visitor_id = consenting.subject_key

    union all

    select
        delivered.visitor_id,
        delivered.activity_date,
        delivered.occurred_at
    from delivered
    inner join consenting
        on delivered.user_key = consenting.subject_key

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
