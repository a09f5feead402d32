{#- What was released belongs to the build before. A build that begins takes it back;
    only one that ends well releases again. -#}
{% macro withdraw_release() -%}
    {%- if execute and flags.WHICH in ['build', 'run'] -%}
        {%- for node in graph.nodes.values() if node.name == 'int_tables__released' -%}
            {%- set released = adapter.get_relation(
                database=node.database, schema=node.schema, identifier=node.alias
            ) -%}
            {%- if released -%}
                {%- do adapter.drop_relation(released) -%}
            {%- endif -%}
        {%- endfor -%}
    {%- endif -%}
{%- endmacro %}
