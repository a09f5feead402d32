{#- Who held a cookie or device, and from when until when. Only the mode time_bounded
    tells times apart: from each change of person on, and before the first login the
    person who came first. In the other modes it was always the one person's. -#}
{%- set is_time_bounded = identity_mode() == 'time_bounded' -%}
with

anchors as (

    select
        held_key,
        person_key,
        {{ 'person_count > 1' if is_time_bounded else 'false' }} as is_contested
    from {{ ref('int_identity__anchors') }}
    where person_key is not null

),
{%- if is_time_bounded %}

sightings as (

    select sightings.*
    from {{ ref('int_identity__sightings') }} as sightings
    inner join anchors on sightings.held_key = anchors.held_key
    where anchors.is_contested

),

turns as (

    select
        *,
        lag(person_key) over (partition by held_key order by seen_at) as previous_key,
        min(seen_at) over (partition by held_key) as first_seen_at
    from sightings

),

contested as (

    select
        held_key,
        person_key,
        case
            when seen_at = first_seen_at then timestamp '0001-01-01' else seen_at
        end as held_from,
        coalesce(
            lead(seen_at) over (partition by held_key order by seen_at),
            timestamp '9999-12-31'
        ) as held_until
    from turns
    where previous_key is null or previous_key != person_key

),
{%- endif %}

tenures as (

    select
        held_key,
        person_key,
        timestamp '0001-01-01' as held_from,
        timestamp '9999-12-31' as held_until
    from anchors
    where not is_contested
    {%- if is_time_bounded %}

    union all

    select
        held_key,
        person_key,
        held_from,
        held_until
    from contested
    {%- endif %}

)

select * from tenures
