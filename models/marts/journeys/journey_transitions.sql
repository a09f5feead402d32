{#- First order per segment and month, second order over all months: of both, cells
    would hold hardly a journey. A customer is in one segment, so that customers of
    segments add up to all. -#}
{%- set first = "cast(null as varchar)" -%}
{%- set always = "cast(null as date)" -%}
{%- set scopes = [(1, first, 'period_start'), (1, first, always),
    (2, 'previous_state', always)] -%}
with

audiences as (

    select * from {{ ref('int_audiences__listed') }}

),

ledger as (

    select * from {{ ref('int_journey_transitions__counted') }}

),

walked as (

    {%- for order, previous_state, period_start in scopes %}
    select
        level,
        customer_id,
        segment_id,
        cast({{ order }} as bigint) as chain_order,
        {{ previous_state }} as previous_state,
        state,
        next_state,
        {{ period_start }} as period_start,
        sum(transition_count) as transition_count
    from ledger
    group by
        level, customer_id, segment_id, state, next_state
        {%- if order == 2 %}, previous_state{% endif %}
        {%- if period_start == 'period_start' %}, period_start{% endif %}
    {% if not loop.last %}union all{% endif %}
    {%- endfor %}

),

by_segment as (

    select
        level,
        segment_id,
        chain_order,
        previous_state,
        state,
        next_state,
        period_start,
        count(*) as customer_count,
        sum(transition_count) as transition_count
    from walked
    group by
        level, segment_id, chain_order, previous_state, state, next_state, period_start

),

counted as (

    select * from by_segment
    where segment_id is not null
    union all
    select
        level,
        cast(null as bigint) as segment_id,
        chain_order,
        previous_state,
        state,
        next_state,
        period_start,
        sum(customer_count) as customer_count,
        sum(transition_count) as transition_count
    from by_segment
    group by level, chain_order, previous_state, state, next_state, period_start

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
    audiences.segment_name,
    shared.previous_state,
    shared.state,
    shared.next_state,
    shared.chain_order,
    cast(shared.transition_count as bigint) as transition_count,
    cast(shared.visit_count as bigint) as visit_count,
    cast(shared.customer_count as bigint) as customer_count,
    {{ ratio('shared.transition_count', 'shared.visit_count') }} as probability,
    shared.period_start
from shared
left join audiences on shared.segment_id is not distinct from audiences.segment_id
