{#- Canonical rows straight from the files of a var: columns missing from every file are
    null, unless they are needed. Without a path there are no rows. -#}
{% macro select_files(kind, variable, required) -%}
    {%- set columns = canonical_columns(kind) -%}
    {%- if var(variable) -%}
        {%- set reader = read_files(variable) -%}
        {%- set found = [] -%}
        {%- if execute -%}
            {%- for row in run_query('describe select * from ' ~ reader).rows -%}
                {%- do found.append(row[0] | lower) -%}
            {%- endfor -%}
            {%- for group in required
                if not (group is string and group in found)
                and (group is string or not (group | select('in', found) | list)) -%}
                {{ exceptions.raise_compiler_error(
                    variable ~ ": '" ~ var(variable) ~ "' has no column "
                    ~ (group if group is string else group | join(' or '))
                    ~ ". It has: " ~ found | reject('eq', 'filename') | join(', ')
                    ~ "."
                ) }}
            {%- endfor -%}
        {%- endif -%}
select
    {%- for name, type in columns.items() %}
    {% if name == 'source' and name in found -%}
        coalesce({{ parsed(name, type) }}, 'files')
    {%- elif name == 'source' -%} 'files'
    {%- elif name in found -%} {{ parsed(name, type) }}
    {%- else -%} cast(null as {{ type }})
    {%- endif %} as {{ name }},
    {%- endfor %}
    {%- set present = {} -%}
    {%- for name, type in columns.items() if name in found -%}
        {%- do present.update({name: type}) -%}
    {%- endfor %}
    filename as input_name,
    {% if present.values() | reject('eq', 'varchar') | list -%}
        {{ unparsable(present) }}
    {%- else -%} cast(null as varchar)
    {%- endif %} as unparsable_column
from {{ reader }}
    {%- else -%}
{{ no_rows(kind) }}
    {%- endif -%}
{%- endmacro %}
