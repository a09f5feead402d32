{#- Several statements about a large table or a view that is costly to read, in one scan:
    columns that are never null, never negative, always a share (between 0 and 1), and
    never before another column (column -> the other). What fails is named by column and
    statement, with the number of rows. -#}
{% test has_only_sound_values(model, not_null=[], not_negative=[], share=[], not_before={}) %}
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
{%- endfor %}
with

counted as (

    select
        {%- for _, _, is_broken in statements %}
        count(case when {{ is_broken }} then 1 end) as count_{{ loop.index }}
        {%- if not loop.last %},{% endif %}
        {%- endfor %}
    from {{ model }}

),

told as (

    {%- for column, statement, _ in statements %}
    select
        '{{ column }}' as column_name,
        '{{ statement }}' as statement,
        count_{{ loop.index }} as row_count
    from counted
    {% if not loop.last %}union all{% endif %}
    {%- endfor %}

)

select * from told
where row_count > 0
{% endtest %}
