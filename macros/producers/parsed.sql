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

{#- The name of the first column whose text is neither empty nor readable. -#}
{% macro unparsable(columns) -%}
    case
        {%- for column, type in columns.items() if type != 'varchar' %}
        when {{ parsed(column, type) }} is null
            and nullif(trim(cast({{ column }} as varchar)), '') is not null
            then '{{ column }}'
        {%- endfor %}
    end
{%- endmacro %}
