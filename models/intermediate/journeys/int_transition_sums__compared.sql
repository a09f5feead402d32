{#- All that a difference between two groups and its interval need: sums over customers
    of transitions (next_state) and of visits of the state (next_state null), of their
    squares and products. -#}
{%- set key = ['level', 'compared_by', 'comparison', 'group_key'] -%}
with

moves as (

    select * from {{ ref('int_customer_transitions__grouped') }}

),

visits as (

    select
        {{ key | join(',\n        ') }},
        customer_id,
        state,
        cast(sum(transition_count) as bigint) as visit_count
    from moves
    group by {{ key | join(', ') }}, customer_id, state

),

summed as (

    select
        {{ key | join(',\n        ') }},
        state,
        cast(null as varchar) as next_state,
        count(*) as customer_count,
        sum(visit_count) as total,
        sum(visit_count * visit_count) as squares,
        sum(visit_count * visit_count) as products,
        sum(visit_count * visit_count) as reverse_products
    from visits
    group by {{ key | join(', ') }}, state
    union all
    select
        {% for name in key %}moves.{{ name }},
        {% endfor -%}
        moves.state,
        moves.next_state,
        count(*) as customer_count,
        sum(moves.transition_count) as total,
        sum(moves.transition_count * moves.transition_count) as squares,
        sum(moves.transition_count * visits.visit_count) as products,
        sum(moves.transition_count * visits.visit_count) as reverse_products
    from moves
    inner join visits
        on moves.level = visits.level
        and moves.compared_by = visits.compared_by
        and moves.comparison is not distinct from visits.comparison
        and moves.group_key = visits.group_key
        and moves.customer_id = visits.customer_id
        and moves.state = visits.state
    group by
        {% for name in key %}moves.{{ name }},
        {% endfor -%}
        moves.state, moves.next_state
    union all
    select * from {{ ref('int_months__paired') }}

)

select
    {{ key | join(',\n    ') }},
    state,
    next_state,
    customer_count,
    cast(total as double precision) as total,
    cast(squares as double precision) as squares,
    cast(products as double precision) as products,
    cast(reverse_products as double precision) as reverse_products
from summed
