{#- What a build has to do again. `int_visitor_days__touched` lists the visitor days
    whose events, or whose verdicts, may have changed; `int_batches__completed` says up
    to which build all of them were dealt with. A crash in between leaves them pending,
    and doing them twice changes nothing. -#}

{#- The consumers of the list: each deletes and rebuilds what was touched. -#}
{% macro touched_consumers() -%}
    {{ return([
        'int_events__set_aside', 'int_session_days__measured',
        'int_page_view_days__measured', 'int_identifiers__linked',
    ]) }}
{%- endmacro %}

{#- Whether everything has to be done again: a first build, a full refresh, a consumer
    that is missing, a rule that was changed, or a first build that never completed. -#}
{% macro touches_everything() -%}
    {%- if not execute or flags.FULL_REFRESH -%}{{ return(true) }}{%- endif -%}
    {%- for name in touched_consumers() + ['int_batches__completed'] -%}
        {%- if not relation_of(name) -%}{{ return(true) }}{%- endif -%}
    {%- endfor -%}
    {%- if last_settings().rules != rule_settings() -%}{{ return(true) }}{%- endif -%}
    {{ return(run_query(
        "select 1 from " ~ ref('int_visitor_days__touched') ~ " where visitor_id = "
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

{#- A relation beside {{ this }} that is looked up, not depended on: it is built later in
    the same flow. -#}
{% macro relation_of(name) -%}
    {{ return(adapter.get_relation(this.database, this.schema, name)) }}
{%- endmacro %}

{#- The visitors to deal with in this build, with the first day touched. -#}
{% macro touched_visitors() -%}
    select visitor_id, min(activity_date) as first_date
    from {{ ref('int_visitor_days__touched') }}
    where {{ is_pending('touched_at') }}
    group by 1
{%- endmacro %}

{#- The visitor days to deal with in this build, and the first of them as a literal. -#}
{% macro touched_days() -%}
    select distinct visitor_id, activity_date
    from {{ ref('int_visitor_days__touched') }}
    where {{ is_pending('touched_at') }}
{%- endmacro %}

{% macro first_touched_day() -%}
    {%- set first = run_query(
        "select cast(coalesce(min(activity_date), date '9999-12-31') as varchar) from ("
        ~ touched_days() ~ ") as touched"
    ).rows[0][0] -%}
    date '{{ first }}'
{%- endmacro %}
