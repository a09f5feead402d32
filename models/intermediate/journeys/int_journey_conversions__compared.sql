{#- Predicted by chains that did not know the customer, beside what came of it: of each
    state with the one before it, of each state, and of all visits. Sums over customers
    and their squares are what an interval that knows customers needs. -#}
{{ config(materialized='table') }}
{%- set grains = {
    'pair': ['previous_state', 'state'], 'state': ['state'], 'all': [],
} -%}
{%- set sums = ['visit_count', 'converted_count', 'first_order', 'second_order',
    'gain'] -%}
with

chains as (

    select
        *,
        coalesce(segment_id, cast(-1 as bigint)) as scope
    from {{ ref('journey_chains') }}
    where held_out_fold is not null

),

predicted as (

    select
        of_pairs.level,
        of_pairs.scope,
        of_pairs.held_out_fold,
        of_pairs.state,
        coalesce(of_pairs.previous_state, '') as previous_state,
        cast(of_states.conversion_probability as decimal(18, 12)) as first_order,
        cast(of_pairs.conversion_probability as decimal(18, 12)) as second_order
    from chains as of_pairs
    inner join chains as of_states
        on of_pairs.level = of_states.level
        and of_pairs.scope = of_states.scope
        and of_pairs.held_out_fold = of_states.held_out_fold
        and of_pairs.state = of_states.state
        and of_states.chain_order = 1
    where of_pairs.chain_order = 2

),

visits as (

    select
        level,
        customer_id,
        segment_id,
        mod(bag, 5) as fold,
        state,
        coalesce(previous_state, '') as previous_state,
        cast(sum(transition_count) as bigint) as visit_count,
        cast(sum(converted_count) as bigint) as converted_count
    from {{ ref('int_journey_transitions__counted') }}
    where state != '(conversion)'
    group by 1, 2, 3, 4, 5, 6

),

scored as (

    {%- for scope in ['-1', 'visits.segment_id'] %}
    select
        visits.level,
        {{ scope }} as scope,
        visits.customer_id,
        visits.previous_state,
        visits.state,
        visits.visit_count,
        visits.converted_count,
        {{ exact('visits.visit_count * predicted.first_order') }} as first_order,
        {{ exact('visits.visit_count * predicted.second_order') }} as second_order,
        {{ exact(
            '2 * visits.converted_count * (predicted.second_order - predicted.first_order)'
            ~ ' + visits.visit_count * (' ~ squared('predicted.first_order') ~ ' - '
            ~ squared('predicted.second_order') ~ ')'
        ) }} as gain
    from visits
    inner join predicted
        on visits.level = predicted.level
        and {{ scope }} = predicted.scope
        and visits.fold = predicted.held_out_fold
        and visits.state = predicted.state
        and visits.previous_state = predicted.previous_state
    {% if not loop.last %}union all{% endif %}
    {%- endfor %}

),

compared as (

    {%- for grain, states in grains.items() %}
    select
        level,
        scope,
        '{{ grain }}' as grain,
        {%- for name in ['previous_state', 'state'] %}
        {{ name if name in states else 'cast(null as varchar)' }} as {{ name }},
        {%- endfor %}
        count(*) as customer_count,
        {%- for name in sums %}
        sum({{ name }}) as {{ name }},
        {%- endfor %}
        sum({{ exact('visit_count * visit_count') }}) as visits_squared,
        {%- for name in ['first_order', 'second_order'] %}
        sum({{ exact(squared('(' ~ name ~ ' - converted_count)')) }})
            as {{ name }}_squared,
        sum({{ exact('(' ~ name ~ ' - converted_count) * visit_count') }})
            as {{ name }}_by_visits,
        {%- endfor %}
        sum({{ exact(squared('gain')) }}) as gain_squared,
        sum({{ exact('gain * visit_count') }}) as gain_by_visits
    from (
        select
            level,
            scope,
            customer_id,
            {%- for name in states %}
            {{ name }},
            {%- endfor %}
            {%- for name in sums %}
            sum({{ name }}) as {{ name }}
            {%- if not loop.last %},{% endif %}
            {%- endfor %}
        from scored
        group by {{ (['level', 'scope', 'customer_id'] + states) | join(', ') }}
    ) as customers
    group by {{ (['level', 'scope'] + states) | join(', ') }}
    {% if not loop.last %}union all{% endif %}
    {%- endfor %}

)

select * from compared
