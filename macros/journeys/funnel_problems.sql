{#- Stops the build with everything that is wrong with funnel_steps, in words. -#}
{% macro require_sound_funnels() -%}
    {%- if execute -%}
        {%- set problems = run_query(funnel_problems(
            ref('funnel_steps'), ref('int_event_steps__numbered')
        )).columns[0].values() -%}
        {%- if problems -%}
            {{ exceptions.raise_compiler_error(
                "funnel_steps cannot be used:\n- " ~ problems | join("\n- ")
            ) }}
        {%- endif -%}
    {%- endif -%}
{%- endmacro %}

{#- The most steps that a funnel may have. -#}
{% macro most_funnel_steps() -%}
    {{ return(12) }}
{%- endmacro %}

{#- One row per thing that is wrong with the funnels. Where there are no steps at all, as
    in a shop without a clickstream, nobody can tell which states there are. -#}
{% macro funnel_problems(funnels, steps) -%}
{%- set ignored = var('journey_ignored_event_types') -%}
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

    select place || 'it needs a name of its funnel, without spaces around it' as problem
    from rows_given
    where coalesce(funnel_name, '') = '' or trim(funnel_name) != funnel_name
    union all
    select place || 'it needs a number, from 1 on' as problem
    from rows_given
    where step_number is null or step_number < 1
    union all
    select distinct place || 'another step has the same number' as problem
    from rows_given
    where step_number is not null and rows_of_number > 1
    union all
    select place || 'it needs a step: an event type or a state' as problem
    from rows_given
    where coalesce(step, '') = ''
    union all
    select
        place || 'step_kind is ' || coalesce(step_kind, 'missing')
        || '; it must be event_type or state' as problem
    from rows_given
    where coalesce(step_kind, '') not in ('event_type', 'state')
    union all
    select
        place || step || ' is an event type that makes no steps '
        || '(journey_ignored_event_types)' as problem
    from rows_given
    where step_kind = 'event_type' and step != '' and step in ({{ quoted(ignored + ['']) }})
    union all
    select
        place || step || ' is no event type; there are {{ event_vocabulary() | join(", ") }}'
            as problem
    from rows_given
    where
        step_kind = 'event_type'
        and step not in ({{ quoted(event_vocabulary() + ['']) }})
    union all
    select
        place || step || ' is no state that there is (rare ones are in (other): '
        || 'journey_max_states)' as problem
    from rows_given
    where
        step_kind = 'state' and step != ''
        and step not in (select states.state from states)
        and exists (select 1 from states)
    union all
    select
        place || 'step_order is ' || coalesce(step_order, 'missing')
        || '; it must be loose, strict or any' as problem
    from rows_given
    where coalesce(step_order, '') not in ('loose', 'strict', 'any')
    union all
    select
        place || 'counted is ' || coalesce(counted, 'missing')
        || '; it must be customer or journey' as problem
    from rows_given
    where coalesce(counted, '') not in ('customer', 'journey')
    union all
    select
        place || 'window_days is ' || cast(window_days as varchar)
        || '; it must be above 0, or empty' as problem
    from rows_given
    where window_days <= 0
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
