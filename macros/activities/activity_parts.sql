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
