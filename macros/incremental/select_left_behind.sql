{#- A table as the last build left it, which is built later in the same flow; before there
    is one, its columns (name: type) without a row. -#}
{% macro select_left_behind(name, columns) -%}
    {%- set left_behind = relation_of(name) -%}
    {%- if left_behind -%}
    select * from {{ left_behind }}
    {%- else -%}
    select
        {%- for column, type in columns.items() %}
        cast(null as {{ type }}) as {{ column }}{% if not loop.last %},{% endif %}
        {%- endfor %}
    where 1 = 0
    {%- endif -%}
{%- endmacro %}
