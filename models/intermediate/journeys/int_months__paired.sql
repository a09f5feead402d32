{#- Customers are in both of two months, which are not independent then: sums of the
    products of what each did in the later month and in the earlier. -#}
with

moves as (

    select * from {{ ref('int_customer_transitions__grouped') }}
    where compared_by = 'month'

),

visits as (

    select
        level,
        group_key,
        customer_id,
        state,
        cast(sum(transition_count) as bigint) as visit_count
    from moves
    group by level, group_key, customer_id, state

),

months as (

    select
        min(group_key) as earlier_key,
        max(group_key) as later_key
    from moves

),

paired_visits as (

    select
        later.level,
        later.customer_id,
        later.state,
        later.visit_count as later_count,
        earlier.visit_count as earlier_count
    from months
    inner join visits as later
        on months.later_key = later.group_key
    inner join visits as earlier
        on months.earlier_key = earlier.group_key
        and later.level = earlier.level
        and later.customer_id = earlier.customer_id
        and later.state = earlier.state
    where months.later_key != months.earlier_key

),

paired_moves as (

    select
        pairs.level,
        pairs.state,
        moves.next_state,
        max(pairs.later_count) as later_visits,
        max(pairs.earlier_count) as earlier_visits,
        sum(
            case
                when moves.group_key = months.later_key then moves.transition_count
                else 0
            end
        ) as later_count,
        sum(
            case
                when moves.group_key = months.earlier_key then moves.transition_count
                else 0
            end
        ) as earlier_count
    from paired_visits as pairs
    inner join moves
        on pairs.level = moves.level
        and pairs.customer_id = moves.customer_id
        and pairs.state = moves.state
    cross join months
    group by pairs.level, pairs.customer_id, pairs.state, moves.next_state

),

summed as (

    {%- for state_only in [true, false] %}
    select
        level,
        'month' as compared_by,
        cast(null as varchar) as comparison,
        'both' as group_key,
        state,
        {{ 'cast(null as varchar)' if state_only else 'next_state' }} as next_state,
        count(*) as customer_count,
        sum(later_count) as total,
        sum(later_count * earlier_count) as squares,
        sum(later_count * {{ 'earlier_count' if state_only else 'earlier_visits' }})
            as products,
        sum({{ 'later_count' if state_only else 'later_visits' }} * earlier_count)
            as reverse_products
    from {{ 'paired_visits' if state_only else 'paired_moves' }}
    group by level, state{{ '' if state_only else ', next_state' }}
    {% if not loop.last %}union all{% endif %}
    {%- endfor %}

)

select * from summed
