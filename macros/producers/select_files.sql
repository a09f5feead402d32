{#- Canonical rows straight from the files of a var: columns missing from every file are
    null, unless they are needed. Without a path there are no rows. `required` lists
    columns, or groups of which one is enough; `other_names` what a column may be called
    as well. -#}
{% macro select_files(kind, variable, required, other_names={}) -%}
    {%- if not var(variable) -%}
{{ no_rows(kind) }}
    {%- else -%}
    {%- set reader = read_files(variable) -%}
    {%- set found = file_columns(reader) -%}
    {%- do require_columns(variable, found, required, canonical_columns(kind)) -%}
    {%- set taken = {} -%}
    {%- for name, type in canonical_columns(kind).items() -%}
        {%- for written in [name] + other_names.get(name, []) -%}
            {%- set column = readable(written, type, found) -%}
            {%- if column and name not in taken -%}
                {%- do taken.update({name: column}) -%}
            {%- endif -%}
        {%- endfor -%}
    {%- endfor -%}
select
    {%- for name, type in canonical_columns(kind).items() %}
    {% if name == 'source' and name in taken -%}
        coalesce({{ parsed(taken[name], type) }}, 'files')
    {%- elif name == 'source' -%} 'files'
    {%- elif name in taken -%} {{ parsed(taken[name], type) }}
    {%- else -%} cast(null as {{ type }})
    {%- endif %} as {{ name }},
    {%- endfor %}
    filename as input_name,
    {{ unparsable(canonical_columns(kind), taken) }} as unparsable_column
from {{ reader }}
    {%- endif -%}
{%- endmacro %}

{#- The columns of the files by name, lower case, with their types. -#}
{% macro file_columns(reader) -%}
    {%- set found = {} -%}
    {%- if execute -%}
        {%- for row in run_query('describe select * from ' ~ reader).rows -%}
            {%- do found.update({row[0] | lower: row[1]}) -%}
        {%- endfor -%}
    {%- endif -%}
    {{ return(found) }}
{%- endmacro %}

{#- Without any column that is known, the file may have no header: what stands in its place
    is data, and not to be told. -#}
{% macro require_columns(variable, found, required, known) -%}
    {%- set told = 'It has: ' ~ found | reject('eq', 'filename') | join(', ') ~ '.'
        if found | select('in', known) | list else
        'Not one of its columns is known: does its first line name them?' -%}
    {%- for group in required if execute -%}
        {%- set names = [group] if group is string else group -%}
        {%- if not names | select('in', found) | list -%}
            {{ exceptions.raise_compiler_error(
                variable ~ ": '" ~ var(variable) ~ "' has no column "
                ~ names | join(' or ') ~ ". " ~ told
            ) }}
        {%- endif -%}
    {%- endfor -%}
{%- endmacro %}

{#- How a canonical column is read from files: by its name, as text where its type cannot
    be cast to the canonical one, or out of `properties`; nothing if it is not there. A
    column that holds texts and numbers is JSON, in which texts have quotes. -#}
{% macro readable(name, type, found) -%}
    {%- set castable = {
        'varchar': [''],
        'timestamp': ['TIMESTAMP', 'DATE', 'VARCHAR'],
    }.get(type, ['DECIMAL', 'DOUBLE', 'FLOAT', 'HUGEINT', 'BIGINT', 'INTEGER',
        'SMALLINT', 'TINYINT', 'UBIGINT', 'UINTEGER', 'USMALLINT', 'UTINYINT',
        'VARCHAR']) -%}
    {%- if found[name] == 'JSON' -%}
        {{ return("(" ~ name ~ " ->> '$')") }}
    {%- elif name in found -%}
        {%- for start in castable if found[name].startswith(start) -%}
            {{ return(name) }}
        {%- endfor -%}
        {{ return('cast(' ~ name ~ ' as varchar)') }}
    {%- elif name in ['feature_name', 'experiment_id', 'experiment_arm']
        and 'properties' in found -%}
        {%- set is_text = found['properties'] in ['VARCHAR', 'JSON'] -%}
        {{ return(json_text(
            'properties' if is_text else 'to_json(properties)', name
        )) }}
    {%- endif -%}
    {{ return(none) }}
{%- endmacro %}
