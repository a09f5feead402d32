{#- Every segment beside every step, also where nobody came so far. -#}
with

reached as (

    select
        reached.funnel_name,
        reached.step_number,
        reached.customer_id,
        customers.segment_id,
        cast(reached.seconds_from_start as double precision) as seconds_from_start,
        cast(reached.seconds_from_previous as double precision) as seconds_from_previous
    from {{ ref('int_funnel_steps__reached') }} as reached
    left join {{ ref('customer_segments') }} as customers
        on reached.customer_id = customers.customer_id

),

counted as (

    {%- for segment_id in ['segment_id', 'cast(null as bigint)'] %}
    select
        funnel_name,
        step_number,
        {{ segment_id }} as segment_id,
        count(*) as reached_count,
        count(distinct customer_id) as customer_count,
        {{ median_of('seconds_from_start') }} as median_seconds_from_start,
        {{ median_of('seconds_from_previous') }} as median_seconds_from_previous
    from reached
    {%- if segment_id == 'segment_id' %}
    where segment_id is not null
    {%- endif %}
    group by 1, 2, 3
    {% if not loop.last %}union all{% endif %}
    {%- endfor %}

),

audiences as (

    select * from {{ ref('int_audiences__listed') }}

),

filled as (

    select
        funnels.funnel_name,
        funnels.counted,
        funnels.step_order,
        audiences.segment_id,
        audiences.segment_name,
        cast(funnels.step_number as bigint) as step_number,
        funnels.step_kind,
        funnels.step,
        funnels.window_days,
        coalesce(counted.reached_count, 0) as reached_count,
        coalesce(counted.customer_count, 0) as customer_count,
        coalesce(first_value(counted.reached_count) over (
            partition by funnels.funnel_name, audiences.segment_id
            order by funnels.step_number
        ), 0) as started_count,
        coalesce(lag(counted.reached_count) over (
            partition by funnels.funnel_name, audiences.segment_id
            order by funnels.step_number
        ), 0) as previous_count,
        counted.median_seconds_from_start,
        counted.median_seconds_from_previous
    from {{ ref('funnel_steps') }} as funnels
    cross join audiences
    left join counted
        on funnels.funnel_name = counted.funnel_name
        and funnels.step_number = counted.step_number
        and audiences.segment_id is not distinct from counted.segment_id

)

select
    funnel_name,
    segment_id,
    segment_name,
    step_kind,
    step,
    step_order,
    counted,
    step_number,
    reached_count,
    customer_count,
    case when step_number > 1 then previous_count - reached_count end as dropped_count,
    window_days,
    cast(reached_count as double precision) / nullif(started_count, 0)
        as first_step_share,
    cast(reached_count as double precision) / nullif(previous_count, 0) as step_rate,
    {{ wilson_limit('reached_count', 'previous_count', 'lower') }} as step_rate_low,
    {{ wilson_limit('reached_count', 'previous_count', 'upper') }} as step_rate_high,
    median_seconds_from_previous,
    case when step_number > 1 then median_seconds_from_start end
        as median_seconds_from_start
from filled
