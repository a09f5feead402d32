{#- One row per thing that is wrong with the funnels. Where there are no steps at all, as
    in a shop without a clickstream, nobody can tell which states there are. -#}
{% macro funnel_problems(funnels, steps) -%}
with

rows_given as (

    select
        *,
        'funnel ' || coalesce(nullif(funnel_name, ''), '(without a name)') || ': '
            as funnel,
        'funnel ' || coalesce(nullif(funnel_name, ''), '(without a name)') || ', step '
        || coalesce(cast(step_number as varchar), '(without a number)') || ': ' as place,
        count(*) over (partition by funnel_name, step_number) as rows_of_number
    from {{ funnels }}

),

funnels_given as (

    select
        funnel,
        count(*) as step_count,
        count(distinct step) as different_count,
        min(step_number) as first_number,
        max(step_number) as last_number,
        min(step_order) as step_order,
        count(distinct coalesce(step_order, '')) as order_count,
        count(distinct coalesce(counted, '')) as unit_count,
        count(distinct coalesce(window_days, -1)) as window_count
    from rows_given
    group by 1

),

states as (

    select distinct
        event_type,
        state
    from {{ steps }}

),

problems as (

    {{ funnel_step_problems('rows_given', 'states') | indent(4) }}
    union all
    select
        funnel || 'it has ' || cast(step_count as varchar) || ' step; it needs 2' as problem
    from funnels_given
    where step_count < 2
    union all
    select
        funnel || 'its steps go up to ' || cast(last_number as varchar)
        || '; {{ most_funnel_steps() }} is the most' as problem
    from funnels_given
    where last_number > {{ most_funnel_steps() }}
    union all
    select
        funnel || 'its ' || cast(step_count as varchar) || ' steps are numbered from '
        || cast(first_number as varchar) || ' to ' || cast(last_number as varchar)
        || ', so there are gaps' as problem
    from funnels_given
    where first_number != 1 or last_number > step_count
    {%- for column, name in {
        'order_count': 'step_order', 'unit_count': 'counted',
        'window_count': 'window_days'
    }.items() %}
    union all
    select funnel || 'its steps differ in {{ name }}' as problem
    from funnels_given
    where {{ column }} > 1
    {%- endfor %}
    union all
    select funnel || 'a step is in it twice, which means nothing in any order' as problem
    from funnels_given
    where step_order = 'any' and different_count < step_count
    union all
    select distinct
        one.funnel || one.step || ' and ' || other.step
        || ' can be one event, which means nothing in any order' as problem
    from rows_given as one
    inner join rows_given as other
        on one.funnel = other.funnel and one.step < other.step
    inner join states
        on {{ is_funnel_step('one', 'states') }}
        and {{ is_funnel_step('other', 'states') }}
    where one.step_order = 'any'

)

select problem
from problems
order by problem
{%- endmacro %}
