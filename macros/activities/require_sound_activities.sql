{#- Stops where the parts of select_activities mean nothing, with all that is wrong. -#}
{% macro require_sound_activities(primary, joined, customer) -%}
    {%- set problems = habitue.activity_problems(primary, joined, customer) -%}
    {%- if problems -%}
        {{ exceptions.raise_compiler_error(
            "select_activities cannot answer this:\n- " ~ problems | join("\n- ")
        ) }}
    {%- endif -%}
{%- endmacro %}

{#- What is wrong with the parts, in words. -#}
{% macro activity_problems(primary, joined, customer) -%}
    {%- if primary is not mapping or joined is string or joined is mapping
        or joined is not iterable -%}
        {{ return(["primary must be one activity and joined a list of them, like "
            ~ "{'activity': 'purchase', 'when': 'after', 'which': 'first', "
            ~ "'columns': ['occurred_at']}"]) }}
    {%- endif -%}
    {%- set problems = [] if joined else ["joined holds no activity"] -%}
    {%- do habitue.part_problems(
        'primary', primary,
        ['activity', 'where', 'which', 'columns', 'relation', 'tie_break'], problems
    ) -%}
    {%- do habitue.occurrence_problems(
        'primary', primary.which | default('all'), ['all', 'first', 'last'], problems
    ) -%}
    {%- if not primary.activity and not primary.where and not primary.relation -%}
        {%- do problems.append("primary: it needs an activity, a where or a relation") -%}
    {%- endif -%}
    {%- set names = [customer]
        + (habitue.named_columns(primary.columns or []).keys() | list) -%}
    {%- for one in joined -%}
        {%- set part = 'joined ' ~ loop.index -%}
        {%- if one is not mapping -%}
            {%- do problems.append(part ~ ": it is no activity: " ~ one) -%}
        {%- else -%}
            {%- do habitue.part_problems(
                part, one,
                ['activity', 'where', 'when', 'which', 'columns', 'measures'], problems
            ) -%}
            {%- do habitue.joined_problems(part, one, problems) -%}
            {%- do names.extend(habitue.named_columns(one.columns or [])) -%}
            {%- do names.extend(one.measures or []) -%}
        {%- endif -%}
    {%- endfor -%}
    {%- for name in names | unique if names.count(name) > 1 -%}
        {%- do problems.append("two columns would be called " ~ name) -%}
    {%- endfor -%}
    {{ return(problems) }}
{%- endmacro %}

{% macro part_problems(part, asked, known, problems) -%}
    {%- for key in asked if key not in known -%}
        {%- do problems.append(
            part ~ ": it has no " ~ key ~ "; it has " ~ known | join(', ')
        ) -%}
    {%- endfor -%}
{%- endmacro %}

{% macro occurrence_problems(part, which, words, problems) -%}
    {%- if which not in words
        and (which is not integer or which is boolean or which < 1) -%}
        {%- do problems.append(
            part ~ ": which is " ~ which ~ "; it must be " ~ words | join(', ')
            ~ " or a number from 1 on"
        ) -%}
    {%- endif -%}
{%- endmacro %}

{% macro joined_problems(part, one, problems) -%}
    {%- set times = ['ever', 'before', 'after', 'between', 'all'] -%}
    {%- set measures = ['sum', 'min', 'max', 'avg', 'count_distinct', 'list', 'list_distinct'] -%}
    {%- if not one.activity and not one.where -%}
        {%- do problems.append(part ~ ": it needs an activity or a where") -%}
    {%- endif -%}
    {%- if one.when not in times -%}
        {%- do problems.append(
            part ~ ": when is " ~ (one.when or 'missing') ~ "; it must be "
            ~ times | join(', ')
        ) -%}
    {%- endif -%}
    {%- if (not one.columns) == (not one.measures) -%}
        {%- do problems.append(
            part ~ ": it needs columns to append or measures to aggregate, one of the two"
        ) -%}
    {%- elif one.columns -%}
        {%- do habitue.occurrence_problems(
            part, one.which | default('missing'), ['first', 'last'], problems
        ) -%}
    {%- elif one.measures is not mapping or 'which' in one -%}
        {%- do problems.append(
            part ~ ": measures are new name -> count or [sum, column], and go without which"
        ) -%}
    {%- else -%}
        {%- for name, measure in one.measures.items() -%}
            {%- if measure != 'count' and (
                measure is string or measure | length != 2 or measure[0] not in measures
            ) -%}
                {%- do problems.append(
                    part ~ ": " ~ name ~ " is " ~ measure ~ "; it must be count or a list "
                    ~ "of one of " ~ measures | join(', ') ~ " and a column"
                ) -%}
            {%- endif -%}
        {%- endfor -%}
    {%- endif -%}
{%- endmacro %}
