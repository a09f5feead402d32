{#- One raw column as a canonical type: text trimmed and empty text null, times in UTC,
    numbers as decimals. What cannot be read becomes null; `unparsable` names it. -#}
{% macro parsed(column, type) -%}
    {%- if type == 'timestamp' -%}
        {{ to_utc_timestamp(column) }}
    {%- elif type == 'varchar' -%}
        nullif(trim(cast({{ column }} as varchar)), '')
    {%- else -%}
        {{ to_number(column) }}
    {%- endif -%}
{%- endmacro %}

{#- The name of the first column whose text is neither empty nor readable. `read_as` says
    how a column is read where its name is not enough; what it leaves out is not there. -#}
{% macro unparsable(columns, read_as=none) -%}
    case
        {%- for name, type in columns.items()
            if type != 'varchar' and (read_as is none or name in read_as) %}
        {%- set column = name if read_as is none else read_as[name] %}
        when {{ column }} is not null
            and {{ parsed(column, type) }} is null
            and lower(trim(cast({{ column }} as varchar))) not in ('', 'nan', 'nat')
            then '{{ name }}'
        {%- endfor %}
        else cast(null as varchar)
    end
{%- endmacro %}
