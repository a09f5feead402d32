{#- What is wrong with the classes of personal data: place -> problem. -#}
{% macro classification_problems() -%}
    {%- set problems = {} -%}
    {%- if not execute -%}{{ return(problems) }}{%- endif -%}
    {%- set columns = classified_columns() -%}
    {%- for column in columns -%}
        {%- set handling = handling_of(column['class']) if column['class'] in handlings() -%}
        {%- set place = column.schema ~ '.' ~ column.table ~ '.' ~ column.column -%}
        {%- if not column['class'] -%}
            {%- do problems.update({place: 'has no class'}) -%}
        {%- elif not handling -%}
            {%- do problems.update({place: 'unknown class ' ~ column['class']}) -%}
        {%- elif column.layer == 'mart' and handling in ['vault', 'drop']
            and column['class'] not in ['ip', 'url'] -%}
            {%- do problems.update({place: column['class'] ~ ' has no place in a mart'}) -%}
        {%- elif column.layer != 'source' and column['class'] == 'free_text' -%}
            {%- do problems.update({place: 'free text is not to be read'}) -%}
        {%- endif -%}
    {%- endfor -%}
    {%- do problems.update(columns_that_yaml_lacks(columns)) -%}
    {%- do problems.update(raw_columns_past_the_vault(columns)) -%}
    {%- do problems.update(disagreements_with_yaml(columns)) -%}
    {%- do problems.update(marts_that_are_not_scanned()) -%}
    {{ return(problems) }}
{%- endmacro %}

{#- Columns that tables and views of these layers have, but not their YAML. -#}
{% macro columns_that_yaml_lacks(columns) -%}
    {%- set known, tables, problems = {}, {}, {} -%}
    {%- for column in columns -%}
        {%- set table = (column.database, column.schema, column.table) -%}
        {%- do tables.update({table: true}) -%}
        {%- do known.update({table + (column.column,): true}) -%}
    {%- endfor -%}
    {%- for row in stored_columns() -%}
        {%- set column = (row[0], row[1], row[2], row[4]) -%}
        {%- if column[:3] in tables and column not in known -%}
            {%- do problems.update({column[1:] | join('.'): 'is not in the YAML'}) -%}
        {%- endif -%}
    {%- endfor -%}
    {{ return(problems) }}
{%- endmacro %}

{#- Stored tables outside of sources and vault with a column that goes by the name of raw
    data. Views store nothing; page_path is generalised under its name. -#}
{% macro raw_columns_past_the_vault(columns) -%}
    {%- set raw, problems = {}, {} -%}
    {%- for column in columns if column.layer == 'staging'
        and column.column != 'page_path'
        and handling_of(column['class']) not in ['keep', none] -%}
        {%- do raw.update({column.column: column['class']}) -%}
    {%- endfor -%}
    {%- for row in stored_columns()
        if row[1] in ['intermediate', 'marts', 'models', 'activation']
        and row[3] == 'BASE TABLE' and row[4] in raw -%}
        {%- do problems.update({
            [row[1], row[2], row[4]] | join('.'): raw[row[4]] ~ ' outside of the vault'
        }) -%}
    {%- endfor -%}
    {{ return(problems) }}
{%- endmacro %}

{#- The demo data hold what the sources say; what can be dropped has the class that the
    YAML of files gives it. -#}
{% macro disagreements_with_yaml(columns) -%}
    {%- set problems, known, classes = {}, {}, {} -%}
    {%- for source in graph.sources.values() -%}
        {%- do known.update({source.source_name ~ '_' ~ source.name: source.columns}) -%}
    {%- endfor -%}
    {%- for seed in graph.nodes.values() if seed.resource_type == 'seed'
        and seed.config.schema == 'raw' -%}
        {%- for column in seed.config.column_types
            if column not in known.get(seed.name, {}) -%}
            {%- do problems.update({
                seed.name ~ '.' ~ column: 'is not a column of its source'
            }) -%}
        {%- endfor -%}
    {%- endfor -%}
    {%- for column in columns if column.layer == 'staging' -%}
        {%- do classes.setdefault(column.column, []).append(column['class']) -%}
    {%- endfor -%}
    {%- for class, names in droppable_columns().items() -%}
        {%- for name in names if classes.get(name, [class]) | unique | list != [class] -%}
            {%- do problems.update({name: 'is not of the class ' ~ class}) -%}
        {%- endfor -%}
    {%- endfor -%}
    {{ return(problems) }}
{%- endmacro %}

{% macro marts_that_are_not_scanned() -%}
    {%- set scanned, problems = [], {} -%}
    {%- for node in graph.nodes.values() if node.resource_type == 'test'
        and node.test_metadata and node.test_metadata.name == 'holds_no_personal_data' -%}
        {%- do scanned.append(node.attached_node) -%}
    {%- endfor -%}
    {%- for node in graph.nodes.values() if node.package_name == 'habitue'
        and layer_of(node) == 'mart' and node.unique_id not in scanned -%}
        {%- do problems.update({node.name: 'lacks the test holds_no_personal_data'}) -%}
    {%- endfor -%}
    {{ return(problems) }}
{%- endmacro %}

{#- What is stored, of all databases that are open: catalog, schema, table, kind, column. -#}
{% macro stored_columns() -%}
    {{ return(run_query(
        "select columns.table_catalog, columns.table_schema, columns.table_name, "
        ~ "tables.table_type, columns.column_name "
        ~ "from information_schema.columns as columns "
        ~ "inner join information_schema.tables as tables "
        ~ "on columns.table_catalog = tables.table_catalog "
        ~ "and columns.table_schema = tables.table_schema "
        ~ "and columns.table_name = tables.table_name"
    ).rows | map('list') | list) }}
{%- endmacro %}
