{#- The select list of a mapping: every canonical column of a kind, taken from the column
    of the same name, from `renamed`, or null where the producer does not have it. -#}
{% macro select_canonical(kind, same, renamed={}) -%}
    {%- set columns = canonical_columns(kind) -%}
    {%- for name in same + renamed.keys() | list if name not in columns -%}
        {{ exceptions.raise_compiler_error(
            name ~ " is not a canonical column of " ~ kind
        ) }}
    {%- endfor -%}
    {%- for name, type in columns.items() %}
        {% if name in renamed -%} {{ renamed[name] }} as {{ name }},
        {%- elif name in same -%} {{ name }},
        {%- else -%} cast(null as {{ type }}) as {{ name }},
        {%- endif %}
    {%- endfor %}
        input_name,
        unparsable_column
{%- endmacro %}

{#- The canonical columns by their own names, where all of them are there. -#}
{% macro canonical_list(kind) -%}
    {{ return(canonical_columns(kind) | list | join(',\n        ')) }}
{%- endmacro %}
