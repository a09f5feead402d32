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
