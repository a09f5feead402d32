{#- One row per thing that is wrong with a single step of a funnel. -#}
{% macro funnel_step_problems(rows, states) -%}
{%- set ignored = var('journey_ignored_event_types') -%}
select place || 'it needs a name of its funnel, without spaces around it' as problem
from {{ rows }}
where coalesce(funnel_name, '') = '' or trim(funnel_name) != funnel_name
union all
select place || 'it needs a number, from 1 on' as problem
from {{ rows }}
where step_number is null or step_number < 1
union all
select distinct place || 'another step has the same number' as problem
from {{ rows }}
where step_number is not null and rows_of_number > 1
union all
select place || 'it needs a step: an event type or a state' as problem
from {{ rows }}
where coalesce(step, '') = ''
union all
select
    place || 'step_kind is ' || coalesce(step_kind, 'missing')
    || '; it must be event_type or state' as problem
from {{ rows }}
where coalesce(step_kind, '') not in ('event_type', 'state')
union all
select
    place || step || ' is an event type that makes no steps '
    || '(journey_ignored_event_types)' as problem
from {{ rows }}
where step_kind = 'event_type' and step != '' and step in ({{ quoted(ignored + ['']) }})
union all
select
    place || step || ' is no event type; there are {{ event_vocabulary() | join(", ") }}'
        as problem
from {{ rows }}
where
    step_kind = 'event_type'
    and step not in ({{ quoted(event_vocabulary() + ['']) }})
union all
select
    place || step || ' is no state that there is (rare ones are in (other): '
    || 'journey_max_states)' as problem
from {{ rows }}
where
    step_kind = 'state' and step != ''
    and step not in (select state from {{ states }})
    and exists (select 1 from {{ states }})
union all
select
    place || 'step_order is ' || coalesce(step_order, 'missing')
    || '; it must be loose, strict or any' as problem
from {{ rows }}
where coalesce(step_order, '') not in ('loose', 'strict', 'any')
union all
select
    place || 'counted is ' || coalesce(counted, 'missing')
    || '; it must be customer or journey' as problem
from {{ rows }}
where coalesce(counted, '') not in ('customer', 'journey')
union all
select
    place || 'window_days is ' || cast(window_days as varchar)
    || '; it must be above 0, or empty' as problem
from {{ rows }}
where window_days <= 0
{%- endmacro %}
