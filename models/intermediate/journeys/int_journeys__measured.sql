{#- A customer's bag is read off its id, which is a keyed hash and so a fair draw:
    twenty bags for intervals, every fifth together a fold for what is held out. -#}
{%- set bag = [] -%}
{%- for place, weight in [(34, 256), (35, 16), (36, 1)] -%}
    {%- do bag.append(
        weight ~ " * position(substr(cast(measured.customer_id as varchar), " ~ place
        ~ ", 1) in '0123456789abcdef')"
    ) -%}
{%- endfor -%}
{{ config(materialized='table') }}
with

measured as (

    select
        level,
        journey_id,
        customer_id,
        count(*) as step_count,
        max(case when is_conversion then 1 else 0 end) = 1 as is_converted,
        max(case when is_conversion then step_number else 0 end)
            as last_conversion_step,
        min(occurred_at) as started_at,
        max(occurred_at) as ended_at,
        min(case when is_conversion then occurred_at end) as converted_at
    from {{ ref('int_journey_steps__numbered') }}
    group by 1, 2, 3

),

customers as (

    select
        customers.customer_id,
        customers.segment_id,
        segments.segment_name
    from {{ ref('customer_segments') }} as customers
    left join {{ ref('segments') }} as segments
        on customers.segment_id = segments.segment_id

)

select
    measured.level,
    measured.journey_id,
    measured.customer_id,
    customers.segment_id,
    customers.segment_name,
    mod({{ bag | join(' + ') }}, 20) as bag,
    mod({{ bag | join(' + ') }}, 5) as fold,
    measured.step_count,
    measured.last_conversion_step,
    {{ exact_seconds_between('measured.started_at', 'measured.converted_at') }}
        as seconds_to_conversion,
    measured.is_converted,
    {{ month_start(local_date('measured.started_at')) }} as period_start,
    measured.started_at,
    measured.ended_at
from measured
left join customers on measured.customer_id = customers.customer_id
