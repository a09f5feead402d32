{#- A column that a producer's raw table may have, as text: the first of these names that
    is there, else null. -#}
{% macro optional_column(producer, table, names) -%}
    {%- set found = raw_columns(producer, table) -%}
    {%- for name in names if name in found -%}
        {{ return(parsed(name, 'varchar')) }}
    {%- endfor -%}
    {{ return('cast(null as varchar)') }}
{%- endmacro %}

{#- The columns of a raw table, lower case, wherever it lies. -#}
{% macro raw_columns(producer, table) -%}
    {%- set relation = raw_table(producer, table) -%}
    {%- if not execute -%}
        {{ return([]) }}
    {%- elif var('raw_location') -%}
        {{ return(file_columns(relation) | list) }}
    {%- endif -%}
    {%- set names = [] -%}
    {%- for column in adapter.get_columns_in_relation(relation) -%}
        {%- do names.append(column.name | lower) -%}
    {%- endfor -%}
    {{ return(names) }}
{%- endmacro %}
