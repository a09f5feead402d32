{#- What is wrong with the rows that a metric is made of. -#}
{% macro fact_problems(part, fact) -%}
    {%- if fact is not mapping -%}
        {{ return([part ~ " is " ~ (fact if fact is defined else 'missing')
            ~ "; it must name a model and its at or date, "
            ~ "like {model: orders, at: ordered_at}"]) }}
    {%- endif -%}
    {%- set problems = [] -%}
    {%- set fields = ['model', 'column', 'at', 'date', 'where'] -%}
    {%- for field in fact if field not in fields -%}
        {%- do problems.append(part ~ " has no field " ~ field ~ "; there are "
            ~ fields | join(', ')) -%}
    {%- endfor -%}
    {%- for field in fields if field in fact
        and (fact[field] is not string or not fact[field] | trim) -%}
        {%- do problems.append(part ~ ": " ~ field ~ " is " ~ fact[field]
            ~ "; it must be a text") -%}
    {%- endfor -%}
    {%- if 'model' not in fact -%}
        {%- do problems.append(part ~ " names no model") -%}
    {%- endif -%}
    {%- if ('at' in fact) == ('date' in fact) -%}
        {%- do problems.append(part ~ " must have at (a column of times) or date (one of "
            ~ "dates), and not both") -%}
    {%- endif -%}
    {%- if not problems and numeric_features() -%}
        {%- do problems.extend(fact_column_problems(part, fact)) -%}
    {%- endif -%}
    {{ return(problems) }}
{%- endmacro %}

{#- The same of the columns, as far as the YAML of the model tells them. -#}
{% macro fact_column_problems(part, fact) -%}
    {%- set problems, found = [], [] -%}
    {%- for node in graph.nodes.values()
        if node.resource_type == 'model' and node.name == fact.model -%}
        {%- do found.append(node) -%}
        {%- if 'customer_id' not in node.columns -%}
            {%- do problems.append(part ~ ": " ~ fact.model ~ " has no column "
                ~ "customer_id, so nobody can be told by it") -%}
        {%- endif -%}
        {%- for field, types in {'at': ['timestamp'], 'date': ['date'], 'column': [
            'bigint', 'integer', 'double precision', 'decimal']}.items()
            if field in fact -%}
            {%- set type = node.columns.get(fact[field], {}).get('data_type') -%}
            {%- if fact[field] not in node.columns -%}
                {%- do problems.append(part ~ ": " ~ fact.model ~ " has no column "
                    ~ fact[field] ~ "; it has " ~ node.columns | join(', ')) -%}
            {%- elif type and type.split('(')[0] not in types -%}
                {%- do problems.append(part ~ ": " ~ field ~ " is " ~ fact[field]
                    ~ " of " ~ fact.model ~ ", a " ~ type ~ "; it must be a "
                    ~ ('number' if field == 'column' else types[0])) -%}
            {%- endif -%}
        {%- endfor -%}
    {%- endfor -%}
    {%- if not found -%}
        {%- do problems.append(part ~ ": there is no model " ~ fact.model) -%}
    {%- endif -%}
    {{ return(problems) }}
{%- endmacro %}
