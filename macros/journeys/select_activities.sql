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

{#- Whether a row of the stream is an activity: its name, and what else is asked of it. -#}
{% macro is_activity(asked, activity) -%}
    {%- set conditions = [] -%}
    {%- if asked.activity -%}
        {%- do conditions.append(
            activity ~ " = '" ~ asked.activity | replace("'", "''") ~ "'"
        ) -%}
    {%- endif -%}
    {%- set more = asked.where or [] -%}
    {%- for condition in ([more] if more is string else more) -%}
        {%- do conditions.append('(' ~ condition ~ ')') -%}
    {%- endfor -%}
    ({{ conditions | join(' and ') or '1 = 1' }})
{%- endmacro %}

{#- Where a joined activity lies beside the primary one; at the same instant it is neither
    before nor after. -#}
{% macro lies_when(when) -%}
    {%- if when == 'before' -%}
        (joined_activities.happened_at < chosen_activities.happened_at)
    {%- elif when == 'after' -%}
        (joined_activities.happened_at > chosen_activities.happened_at)
    {%- elif when == 'between' -%}
        (
            joined_activities.happened_at > chosen_activities.happened_at
            and (
                chosen_activities.next_at is null
                or joined_activities.happened_at < chosen_activities.next_at
            )
        )
    {%- else -%}
        (1 = 1)
    {%- endif -%}
{%- endmacro %}

{#- A measure over the joined activities that fit. -#}
{% macro measured_activity(measure, fits, value) -%}
    {%- set how = measure if measure is string else measure[0] -%}
    {%- set chosen = 'case when ' ~ fits ~ ' then ' ~ value ~ ' end' -%}
    {%- if measure == 'count' -%}
        count(case when {{ fits }} then 1 end)
    {%- elif how == 'count_distinct' -%}
        count(distinct {{ chosen }})
    {%- elif how == 'sum' -%}
        sum({{ chosen }})
    {%- elif how in ['list', 'list_distinct'] -%}
        {{ habitue.texts_of(chosen, how == 'list_distinct') }}
    {%- else -%}
        {{ how }}({{ chosen }})
    {%- endif -%}
{%- endmacro %}

{#- The same where none fits: a count or sum of none is 0. -#}
{% macro measure_of_none(measure, value) -%}
    {%- set how = measure if measure is string else measure[0] -%}
    {%- if how in ['count', 'count_distinct', 'sum'] -%}
        coalesce({{ value }}, 0)
    {%- else -%}
        {{ value }}
    {%- endif -%}
{%- endmacro %}

{#- What is read of a joined activity: the columns appended, or those measured. -#}
{% macro activity_inputs(asked) -%}
    {%- if asked.columns -%}
        {{ return(habitue.named_columns(asked.columns).values() | list) }}
    {%- endif -%}
    {%- set inputs = [] -%}
    {%- for measure in asked.measures.values() -%}
        {%- do inputs.append('1' if measure is string else measure[1]) -%}
    {%- endfor -%}
    {{ return(inputs) }}
{%- endmacro %}

{#- Columns as new name -> column or expression, from that or from a list of names. -#}
{% macro named_columns(columns) -%}
    {%- if columns is mapping -%}{{ return(columns) }}{%- endif -%}
    {%- set named = {} -%}
    {%- for name in columns -%}{%- do named.update({name: name}) -%}{%- endfor -%}
    {{ return(named) }}
{%- endmacro %}
