{#- Every value beside every segment, also where nobody is: a gap would tell. The totals
    of the segments are common to all breakdowns; whether they are hidden is decided in
    int_segments__counted, for everything that publishes them. -#}
{{ config(materialized='table') }}
{%- set breakdowns = ['traffic_channel', 'device_type', 'rfm_segment'] -%}
with

described as (

    select * from {{ ref('int_audience__described') }}

),

segments as (

    select * from {{ ref('int_segments__counted') }}

),

counted as (

    {%- for breakdown in breakdowns %}
    select
        '{{ breakdown }}' as breakdown,
        {{ breakdown }} as value,
        segment_id,
        count(*) as customer_count
    from described
    group by 1, 2, 3
    {% if not loop.last %}union all{% endif %}
    {%- endfor %}

),

value_totals as (

    select
        breakdown,
        value,
        sum(customer_count) as customer_count
    from counted
    group by 1, 2

),

cells as (

    select
        value_totals.breakdown,
        value_totals.value,
        segments.segment_id,
        coalesce(counted.customer_count, 0) as customer_count,
        cast(null as boolean) as is_hidden
    from value_totals
    cross join segments
    left join counted
        on value_totals.breakdown = counted.breakdown
        and value_totals.value = counted.value
        and segments.segment_id = counted.segment_id

    union all

    select
        breakdown,
        value,
        cast(null as bigint) as segment_id,
        customer_count,
        cast(null as boolean) as is_hidden
    from value_totals

    union all

    select
        'all' as breakdown,
        'all' as value,
        segment_id,
        customer_count,
        is_suppressed as is_hidden
    from segments

    union all

    select
        'all' as breakdown,
        'all' as value,
        cast(null as bigint) as segment_id,
        sum(customer_count) as customer_count,
        sum(customer_count) between 1 and {{ minimum_cell_size() - 1 }} as is_hidden
    from segments
    having count(*) > 0

)

select
    breakdown,
    value,
    segment_id,
    cast(customer_count as bigint) as customer_count,
    is_hidden
from cells
