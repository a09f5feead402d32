{#- Every column of sources, staging, vault and marts as the YAML has it: layer, database,
    schema, table, column, class (none where it lacks one), where it comes from and what it
    is. -#}
{% macro classified_columns() -%}
    {%- set found = [] -%}
    {%- if not execute -%}{{ return(found) }}{%- endif -%}
    {%- for node in (graph.sources.values() | list + graph.nodes.values() | list)
        if node.package_name == 'habitue' and layer_of(node) -%}
        {%- set inputs = inputs_of(node) -%}
        {%- for column in node.columns.values() -%}
            {%- set class = column.config.meta.get('personal') -%}
            {%- set same, alike = [], [] -%}
            {%- for input in inputs -%}
                {%- if column.name in input.names -%}{%- do same.append(input) -%}{%- endif -%}
                {%- if class in input.classes -%}{%- do alike.append(input) -%}{%- endif -%}
            {%- endfor -%}
            {%- do found.append({
                'layer': layer_of(node), 'database': node.database,
                'schema': node.schema, 'table': node.get('identifier') or node.alias,
                'column': column.name, 'class': class,
                'comes_from': (same or alike or inputs) | map(attribute='name') | unique
                    | sort | join(', '),
                'description': column.description | replace('\n', ' ') | trim,
            }) -%}
        {%- endfor -%}
    {%- endfor -%}
    {{ return(found | sort(attribute='layer,schema,table')) }}
{%- endmacro %}

{#- What a node is to a privacy officer; nothing where it is neither raw nor published.
    Tables that habitue keeps for itself stand as sources in the YAML. -#}
{% macro layer_of(node) -%}
    {%- if node.resource_type == 'source' -%}
        {{ return({'habitue_vault': 'vault', 'habitue_audit': 'audit'}.get(
            node.source_name, 'source')) }}
    {%- elif node.resource_type != 'model' -%}{{ return(none) }}
    {%- elif node.config.schema == 'vault' -%}{{ return('vault') }}
    {%- endif -%}
    {{ return({'staging': 'staging', 'marts': 'mart'}.get(node.fqn[1])) }}
{%- endmacro %}

{#- The raw tables that a node is made of, each with the columns that staging gives it and
    their classes. -#}
{% macro inputs_of(node) -%}
    {%- if node.resource_type == 'source' -%}
        {%- set name = node.source_name if layer_of(node) == 'source' else 'habitue' -%}
        {{ return([{'name': name, 'names': [], 'classes': []}]) }}
    {%- endif -%}
    {%- set seen, waiting, inputs = {}, [node.unique_id], [] -%}
    {%- for step in range(10000) if waiting -%}
        {%- set id = waiting.pop() -%}
        {%- if id in graph.nodes and id not in seen -%}
            {%- do seen.update({id: true}) -%}
            {%- set upstream = graph.nodes[id] -%}
            {%- if layer_of(upstream) == 'staging' -%}
                {%- do inputs.append({
                    'name': upstream.name | replace('stg_', '') | replace('__', '.'),
                    'names': upstream.columns | list,
                    'classes': upstream.columns.values()
                        | map(attribute='config.meta.personal') | reject('eq', 'none')
                        | list,
                }) -%}
            {%- else -%}{%- do waiting.extend(upstream.depends_on.nodes or []) -%}
            {%- endif -%}
        {%- endif -%}
    {%- endfor -%}
    {{ return(inputs) }}
{%- endmacro %}
