{#- The later of two events of one visitor, type and target within a second. Two
    hashed time grids, half a step apart, find the few candidates; only of these is asked
    whether they are set aside already, and only these are windowed. -#}
{%- set seconds = var('double_fire_seconds') -%}
{%- set cells = [] -%}
{%- for offset in [0, seconds] -%}
    {%- do cells.append(fast_hash(['visitor_id', offset] + target_columns() + [
        'floor((' ~ epoch_seconds('occurred_at') ~ ' + ' ~ offset ~ ') / '
            ~ 2 * seconds ~ ')',
    ])) -%}
{%- endfor -%}
with

crowded as (

    select cell
    from (
        {%- for cell in cells %}
        select {{ cell }} as cell from {{ ref('int_events__pending') }}
        {% if not loop.last %}union all{% endif %}
        {%- endfor %}
    ) as cells
    group by 1
    having count(*) > 1

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
    where
        {%- for cell in cells %}
        {{ 'or ' if not loop.first }}{{ cell }} in (select cell from crowded)
        {%- endfor %}

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
