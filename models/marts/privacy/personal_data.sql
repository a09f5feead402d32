{#- The register that GDPR article 30 asks for. It is read off the YAML, so that it
    cannot lag behind. -#}
{%- set columns = classified_columns() -%}
with

registered (
    layer, table_schema, table_name, column_name, personal_class, handling,
    comes_from, description
) as (

    values
    {%- for column in columns %}
    (
        '{{ column.layer }}', '{{ column.schema }}', '{{ column.table }}',
        '{{ column.column }}', '{{ column['class'] }}',
        '{{ handling_of(column['class']) if column['class'] in handlings() }}',
        '{{ column.comes_from }}',
        '{{ column.description | replace("'", "''") }}'
    ){{ ',' if not loop.last }}
    {%- else %}
    ('', '', '', '', '', '', '', '')
    {%- endfor %}

)

select * from registered
