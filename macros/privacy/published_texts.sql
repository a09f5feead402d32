{#- The distinct values of the text columns of a mart, as column_name and value: in one pass,
    since a mart may be a view on the event grain. -#}
{% macro published_texts(model, columns) -%}
    select
        {%- for part in ['column_name', 'value'] %}
        case
            {%- for column in columns %}
            when grouping({{ column }}) = 0
                then {{ "'" ~ column ~ "'" if part == 'column_name' else column }}
            {%- endfor %}
        end as {{ part }}{{ ',' if not loop.last }}
        {%- endfor %}
    from {{ model }}
    group by grouping sets (
        {%- for column in columns %}
        ({{ column }}){{ ',' if not loop.last }}
        {%- endfor %}
    )
{%- endmacro %}

{#- The text columns of a mart by name, each with its class. A mart that was not built has
    none: dbt also runs its test where only the vault is selected. -#}
{% macro text_columns(model) -%}
    {%- set found = {} -%}
    {%- if not execute or not adapter.get_relation(
        model.database, model.schema, model.identifier) -%}
        {{ return(found) }}
    {%- endif -%}
    {%- for node in graph.nodes.values() if node.resource_type == 'model'
        and node.alias == model.identifier and node.schema == model.schema -%}
        {%- for column in node.columns.values() if column.data_type == 'varchar' -%}
            {%- do found.update({column.name: column.config.meta.get('personal')}) -%}
        {%- endfor -%}
    {%- endfor -%}
    {{ return(found) }}
{%- endmacro %}
