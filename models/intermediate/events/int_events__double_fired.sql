{#- The later of two events of one visitor, type and target within a second. Two
    hashed time grids, half a step apart, find the few candidates; only these are
    windowed. -#}
{%- set seconds = var('double_fire_seconds') -%}
{%- set grids = [0, seconds] -%}
with

screened as (

    select * from {{ ref('int_events__screened') }}
    where bucket is null

),

gridded as (

    select
        *,
        {%- for offset in grids %}
        {{ fast_hash([
            'visitor_id', 'target', offset,
            'floor((' ~ epoch_seconds('occurred_at') ~ ' + ' ~ offset ~ ') / '
                ~ 2 * seconds ~ ')',
        ]) }} as cell_{{ loop.index }}{% if not loop.last %},{% endif %}
        {%- endfor %}
    from screened

),

crowded as (

    select cell
    from (
        select cell_1 as cell from gridded
        union all
        select cell_2 as cell from gridded
    ) as cells
    group by 1
    having count(*) > 1

),

candidates as (

    select
        *,
        lag(occurred_at) over (
            partition by visitor_id, target
            order by occurred_at, source, event_id
        ) as previous_at
    from gridded
    where
        cell_1 in (select cell from crowded)
        or cell_2 in (select cell from crowded)

),

double_fired as (

    select
        source,
        event_id,
        copy_number
    from candidates
    where occurred_at <= {{ seconds_after('previous_at', seconds) }}

)

select * from double_fired
