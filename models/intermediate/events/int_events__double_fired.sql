{#- The later of two events of one visitor, type and target within a second. Hashes of
    visitor and target that were seen twice within a second are found first, from hash and
    time alone; only of their events is asked whether they are set aside already, and only
    these are windowed as they are. -#}
{%- set seconds = var('double_fire_seconds') -%}
{%- set target_hash = fast_hash(['visitor_id'] + target_columns()) -%}
with

moments as (

    select
        {{ target_hash }} as target_hash,
        occurred_at
    from {{ ref('int_events__pending') }}

),

followed as (

    select
        target_hash,
        occurred_at,
        lag(occurred_at) over (
            partition by target_hash order by occurred_at
        ) as previous_at
    from moments

),

crowded as (

    select distinct target_hash
    from followed
    where occurred_at <= {{ seconds_after('previous_at', seconds) }}

),

near as (

    select
        source,
        event_id,
        copy_number,
        input_name,
        visitor_id,
        {%- for name in target_columns() %}
        {{ name }},
        {%- endfor %}
        is_judged,
        activity_date,
        occurred_at
    from {{ ref('int_events__pending') }}
    where {{ target_hash }} in (select target_hash from crowded)

),

used as (

    select near.*
    from near
    left join {{ ref('int_events__screened') }} as screened
        on near.source = screened.source
        and near.event_id = screened.event_id
        and near.copy_number = screened.copy_number
        and near.activity_date = screened.activity_date
    where screened.bucket is null

),

ordered as (

    select
        *,
        lag(occurred_at) over (
            partition by visitor_id, {{ target_columns() | join(', ') }}
            order by occurred_at, source, event_id
        ) as previous_at
    from used

),

double_fired as (

    select
        source,
        event_id,
        copy_number,
        input_name,
        visitor_id,
        is_judged,
        activity_date
    from ordered
    where occurred_at <= {{ seconds_after('previous_at', seconds) }}

)

select * from double_fired
