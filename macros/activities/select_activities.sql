{#- "First X after Y": one row per primary activity, with what its customer did before
    it, after it, until the next one, or ever. `relation` holds the activities, one row
    each. docs/journey_flows.md says what the parts are. -#}
{% macro select_activities(
    primary, joined, relation, activity='event_type', customer='customer_id',
    occurred_at='occurred_at', tie_break='event_id'
) -%}
{%- do habitue.require_sound_activities(primary, joined, customer) -%}
{%- set kept = habitue.named_columns(primary.columns or [occurred_at]) -%}
with

joined_activities as (

    select
        {{ customer }} as customer_key,
        {{ occurred_at }} as happened_at,
        {%- for one in joined %}
        {%- set number = loop.index %}
        {%- for expression in habitue.activity_inputs(one) %}
        {{ expression }} as value_{{ number }}_{{ loop.index }},
        {%- endfor %}
        case when {{ habitue.is_activity(one, activity) }} then 1 else 0 end
            as is_{{ number }},
        {%- if one.which is integer %}
        sum(case when {{ habitue.is_activity(one, activity) }} then 1 else 0 end) over (
            partition by {{ customer }} order by {{ occurred_at }}, {{ tie_break }}
            rows between unbounded preceding and current row
        ) as number_{{ number }},
        {%- endif %}
        {%- endfor %}
        row_number() over (
            partition by {{ customer }} order by {{ occurred_at }}, {{ tie_break }}
        ) as place
    from {{ relation }} as stream
    where
        {{ customer }} is not null
        and (
            {%- for one in joined %}
            {{ habitue.is_activity(one, activity) }}{% if not loop.last %} or{% endif %}
            {%- endfor %}
        )

),

primary_activities as (

    {%- set tie = primary.tie_break or (occurred_at if primary.relation else tie_break) %}
    {%- set first = 'order by ' ~ occurred_at ~ ', ' ~ tie %}
    {%- set last = 'order by ' ~ occurred_at ~ ' desc, ' ~ tie ~ ' desc' %}

    select
        {{ customer }} as customer_key,
        {{ occurred_at }} as happened_at,
        {%- for expression in kept.values() %}
        {{ expression }} as kept_{{ loop.index }},
        {%- endfor %}
        lead({{ occurred_at }}) over (partition by {{ customer }} {{ first }}) as next_at,
        row_number() over (partition by {{ customer }} {{ last }}) as number_from_last,
        row_number() over (partition by {{ customer }} {{ first }}) as number
    from {{ primary.relation or relation }} as stream
    where {{ customer }} is not null and {{ habitue.is_activity(primary, activity) }}

),

chosen_activities as (

    select * from primary_activities
    {%- if primary.which == 'last' %}
    where number_from_last = 1
    {%- elif primary.which is integer or primary.which == 'first' %}
    where number = {{ primary.which if primary.which is integer else 1 }}
    {%- endif %}

),

told_activities as (

    select
        chosen_activities.customer_key,
        chosen_activities.number
        {%- for one in joined %}
        {%- set number = loop.index %}
        {%- set fits = 'is_' ~ number ~ ' = 1 and ' ~ habitue.lies_when(one.when) %}
        {%- for name, measure in (one.measures or {}).items() %},
        {{ habitue.measured_activity(
            measure, fits, 'value_' ~ number ~ '_' ~ loop.index
        ) }} as {{ name }}
        {%- endfor %}
        {%- if one.columns %},
        {{ 'max' if one.which == 'last' else 'min' }}(
            case
                when {{ fits }}
                {%- if one.which is integer %} and number_{{ number }} = {{ one.which }}
                {%- endif %} then place
            end
        ) as place_{{ number }}
        {%- endif %}
        {%- endfor %}
    from chosen_activities
    inner join joined_activities
        on chosen_activities.customer_key = joined_activities.customer_key
    where
        {%- for one in joined %}
        {{ habitue.lies_when(one.when) }}{% if not loop.last %} or{% endif %}
        {%- endfor %}
    group by 1, 2

)

select
    chosen_activities.customer_key as {{ customer }}
    {%- for name in kept %},
    chosen_activities.kept_{{ loop.index }} as {{ name }}
    {%- endfor %}
    {%- for one in joined %}
    {%- set number = loop.index %}
    {%- for name in habitue.named_columns(one.columns or []) %},
    joined_{{ number }}.value_{{ number }}_{{ loop.index }} as {{ name }}
    {%- endfor %}
    {%- for name, measure in (one.measures or {}).items() %},
    {{ habitue.measure_of_none(measure, 'told_activities.' ~ name) }} as {{ name }}
    {%- endfor %}
    {%- endfor %}
from chosen_activities
left join told_activities
    on chosen_activities.customer_key = told_activities.customer_key
    and chosen_activities.number = told_activities.number
{%- for one in joined %}
{%- if one.columns %}
{%- set number = loop.index %}
left join joined_activities as joined_{{ number }}
    on told_activities.customer_key = joined_{{ number }}.customer_key
    and told_activities.place_{{ number }} = joined_{{ number }}.place
{%- endif %}
{%- endfor %}
{%- endmacro %}
