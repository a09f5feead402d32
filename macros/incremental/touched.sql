{#- What a build has to do again. `int_visitor_days__touched` lists the visitor days
    whose events, or whose verdicts, may have changed; `int_batches__completed` says up
    to which build all of them were dealt with. A crash in between leaves them pending,
    and doing them twice changes nothing. -#}

{#- The consumers of the list: each deletes and rebuilds what was touched. -#}
{% macro touched_consumers() -%}
    {{ return([
        'int_events__set_aside', 'int_session_days__measured',
        'int_page_view_days__measured', 'int_visitor_days__linked',
        'int_visitor_days__alternated', 'int_event_days__delayed',
        'int_visitor_items__counted',
    ]) }}
{%- endmacro %}

{#- Whether everything has to be done again: a first build, a full refresh, a consumer
    that is missing, a setting that was changed, or a first build that never completed. -#}
{% macro touches_everything() -%}
    {%- if not execute or flags.FULL_REFRESH -%}{{ return(true) }}{%- endif -%}
    {%- set touched = relation_of('int_visitor_days__touched') -%}
    {%- for name in touched_consumers() + ['int_batches__completed'] -%}
        {%- if not touched or not relation_of(name) -%}{{ return(true) }}{%- endif -%}
    {%- endfor -%}
    {%- set last = last_settings() -%}
    {%- if last.rules != rule_settings() or last.rows != row_settings() -%}
        {{ return(true) }}
    {%- endif -%}
    {{ return(run_query(
        "select 1 from " ~ touched ~ " where visitor_id = "
        ~ nobody() ~ " and activity_date = date '0001-01-01' and "
        ~ is_pending('touched_at') ~ " limit 1"
    ).rows | length > 0) }}
{%- endmacro %}

{#- Whether a build time lies after the last build that was completed. -#}
{% macro is_pending(column) -%}
    {%- set completed = relation_of('int_batches__completed') -%}
    {%- if completed -%}
        {{ column }} > coalesce(
            (select max(completed.touched_at) from {{ completed }} as completed),
            timestamp '1970-01-01'
        )
    {%- else -%} 1 = 1
    {%- endif -%}
{%- endmacro %}

{#- A model of this project that is looked up, not depended on: it is built later in the
    same flow. Nothing where it was not built yet. -#}
{% macro relation_of(name) -%}
    {%- if not execute -%}{{ return(none) }}{%- endif -%}
    {%- set node = graph.nodes['model.habitue.' ~ name] -%}
    {{ return(adapter.get_relation(node.database, node.schema, node.alias)) }}
{%- endmacro %}

{#- The visitors to deal with in this build, with the first day touched. -#}
{% macro touched_visitors() -%}
    select visitor_id, min(activity_date) as first_date
    from {{ ref('int_visitor_days__touched') }}
    where {{ is_pending('touched_at') }}
    group by 1
{%- endmacro %}

{#- The highest time in a column, as a literal. -#}
{% macro latest_time(relation, column) -%}
    {%- set found = run_query(
        "select max(" ~ column ~ ") from " ~ relation
    ).rows if execute else [[none]] -%}
    timestamp '{{ found[0][0] or "1970-01-01" }}'
{%- endmacro %}

{#- The events of touched visitor days, in an incremental build. The dates are written
    out beside the exact condition, so that the engine can skip what lies elsewhere: the
    cost follows the days touched, not the history. -#}
{% macro is_on_touched_day(prefix='') -%}
    {%- set dates = touched_dates() -%}
    {%- if dates -%}
        {{ prefix }}activity_date in (date '{{ dates | join("', date '") }}')
        and ({{ prefix }}visitor_id, {{ prefix }}activity_date) in (
            select touched.visitor_id, touched.activity_date
            from {{ ref('int_visitor_days__touched') }} as touched
            where {{ is_pending('touched.touched_at') }}
        )
    {%- else -%} 1 = 0
    {%- endif -%}
{%- endmacro %}

{#- The same for what is kept per day of all visitors. -#}
{% macro is_on_touched_date(column) -%}
    {{ column }} in (date '{{ (touched_dates() or ['0001-01-01']) | join("', date '") }}')
{%- endmacro %}

{#- The same by date alone, the day before each touched one read along. -#}
{% macro is_near_touched_day(prefix='') -%}
    {%- set dates = touched_dates() -%}
    {%- if dates -%}
        {{ prefix }}activity_date in (
            date '{{ dates | join("', date '") }}',
            {%- for date in dates %}
            {{ days_after("date '" ~ date ~ "'", -1) }}{{ ',' if not loop.last }}
            {%- endfor %}
        )
    {%- else -%} 1 = 0
    {%- endif -%}
{%- endmacro %}

{% macro touched_dates() -%}
    {%- set dates = [] -%}
    {%- if execute -%}
        {%- for row in run_query(
            "select distinct activity_date from " ~ ref('int_visitor_days__touched')
            ~ " where " ~ is_pending('touched_at') ~ " order by 1"
        ).rows -%}
            {%- do dates.append(row[0]) -%}
        {%- endfor -%}
    {%- endif -%}
    {{ return(dates) }}
{%- endmacro %}
