{#- First order per segment and month, second order over all months: of both, cells
    would hold hardly a journey. -#}
{%- set everybody = "cast(null as bigint)" -%}
{%- set always = "cast(null as date)" -%}
{%- set first = "cast(null as varchar)" -%}
{%- set scopes = [
    (1, first, 'segment_id', 'period_start'), (1, first, 'segment_id', always),
    (1, first, everybody, 'period_start'), (1, first, everybody, always),
    (2, 'previous_state', 'segment_id', always),
    (2, 'previous_state', everybody, always),
] -%}
with

ledger as (

    select * from {{ ref('int_journey_transitions__counted') }}

),

segments as (

    select * from {{ ref('segments') }}

),

counted as (

    {%- for order, previous_state, segment_id, period_start in scopes %}
    select
        level,
        {{ segment_id }} as segment_id,
        {{ previous_state }} as previous_state,
        state,
        next_state,
        cast({{ order }} as bigint) as chain_order,
        sum(transition_count) as transition_count,
        count(distinct customer_id) as customer_count,
        {{ period_start }} as period_start
    from ledger
    {%- if segment_id == 'segment_id' %}
    where segment_id is not null
    {%- endif %}
    group by
        {%- for name in [previous_state, segment_id, period_start]
            if name in ['previous_state', 'segment_id', 'period_start'] %}
        {{ name }},
        {%- endfor %}
        level, state, next_state
    {% if not loop.last %}union all{% endif %}
    {%- endfor %}

),

shared as (

    select
        *,
        sum(transition_count) over (
            partition by
                level, chain_order, segment_id, period_start, previous_state, state
        ) as visit_count
    from counted

)

select
    shared.level,
    shared.segment_id,
    case
        when shared.segment_id is null then 'All customers' else segments.segment_name
    end as segment_name,
    shared.previous_state,
    shared.state,
    shared.next_state,
    shared.chain_order,
    cast(shared.transition_count as bigint) as transition_count,
    cast(shared.visit_count as bigint) as visit_count,
    shared.customer_count,
    {{ ratio('shared.transition_count', 'shared.visit_count') }} as probability,
    shared.period_start
from shared
left join segments on shared.segment_id = segments.segment_id
