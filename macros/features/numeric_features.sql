{#- The features that are numbers, by the contract of customer_features; none while dbt
    only parses, and in a unit test. -#}
{% macro numeric_features() -%}
    {%- set names = [] -%}
    {%- set model_id = 'model.habitue.customer_features' -%}
    {%- if execute and model_id in graph.nodes -%}
        {%- for column in graph.nodes[model_id].columns.values()
            if (column.data_type or '').split('(')[0] in
                ['bigint', 'integer', 'double precision', 'decimal'] -%}
            {%- do names.append(column.name) -%}
        {%- endfor -%}
    {%- endif -%}
    {{ return(names) }}
{%- endmacro %}

{#- Names that a setting gives must be features. -#}
{% macro require_features(names, setting) -%}
    {%- set known = numeric_features() -%}
    {%- for name in names if known and name not in known -%}
        {{ exceptions.raise_compiler_error(
            setting ~ " names " ~ name ~ ", which is no number of customer_features. "
            ~ "These are: " ~ known | sort | join(', ') ~ "."
        ) }}
    {%- endfor -%}
{%- endmacro %}
