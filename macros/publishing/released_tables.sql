{#- The tables that may leave this database: all marts, and of what they are made of
    what is stored, since views read raw rows. Who may read one is its meta `audience`,
    by default readers for marts and analysts for the rest. -#}
{% macro released_tables(marts) -%}
    {%- set audiences = {
        'marts': 'reader', 'activation': 'reader',
        'models': 'analyst', 'intermediate': 'analyst',
    } -%}
    {%- set tables = [] -%}
    {%- for node in graph.nodes.values() if node.resource_type == 'model'
        and node.package_name == model.package_name and node.name != model.name
        and node.schema in audiences -%}
        {%- set audience = node.config.meta.get('audience', audiences[node.schema]) -%}
        {%- if audience not in ['aggregates', 'reader', 'analyst'] -%}
            {{ exceptions.raise_compiler_error(
                "audience of " ~ node.name ~ " is " ~ audience
                ~ ": it must be aggregates, reader or analyst"
            ) }}
        {%- endif -%}
        {%- if audiences[node.schema] == 'reader' and node.name not in marts -%}
            {{ exceptions.raise_compiler_error(
                node.name ~ " is a mart that " ~ model.name ~ " does not wait for: "
                ~ "add it to the list there"
            ) }}
        {%- endif -%}
        {%- if audiences[node.schema] == 'reader'
            or node.config.materialized in ['table', 'incremental'] -%}
            {%- do tables.append((node.schema, node.alias, audience)) -%}
        {%- endif -%}
    {%- endfor -%}
    {{ return(tables | sort) }}
{%- endmacro %}
