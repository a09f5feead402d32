{#- Several statements about a large table or a view that is costly to read, in one
    scan: columns that are never null, never negative, always a share (between 0 and 1),
    and never before another column (column -> the other). What fails is named by column
    and statement, with the number of rows. -#}
{% test has_only_sound_values(
    model, not_null=[], not_negative=[], share=[], not_before={}
) %}
{%- set statements = [] -%}
{%- for column in not_null -%}
    {%- do statements.append((column, 'is not null', column ~ ' is null')) -%}
{%- endfor -%}
{%- for column in not_negative -%}
    {%- do statements.append((column, 'is not negative', column ~ ' < 0')) -%}
{%- endfor -%}
{%- for column in share -%}
    {%- do statements.append(
        (column, 'is a share', column ~ ' < 0 or ' ~ column ~ ' > 1')) -%}
{%- endfor -%}
{%- for column, other in not_before.items() -%}
    {%- do statements.append(
        (column, 'is not before ' ~ other, column ~ ' < ' ~ other)) -%}
{%- endfor -%}
{%- set counts, told = ['count(*) as row_count'], [] -%}
{%- for column, statement, is_broken in statements -%}
    {%- do counts.append(
        'count(case when ' ~ is_broken ~ ' then 1 end) as count_' ~ loop.index) -%}
    {%- do told.append(
        "select '" ~ column ~ "' as column_name, '" ~ statement ~ "' as statement, "
        ~ 'count_' ~ loop.index ~ ' as row_count from counted') -%}
{%- else -%}
    {%- do told.append(
        "select 'none' as column_name, 'no statement was made' as statement, "
        ~ '1 as row_count') -%}
{%- endfor %}
with

counted as (

    select {{ counts | join(', ') }}
    from {{ model }}

),

told as (

    {{ told | join(' union all ') }}

)

select * from told
where row_count > 0
{% endtest %}
