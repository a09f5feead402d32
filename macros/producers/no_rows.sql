{#- The canonical columns without a row, for a project that has no such input. -#}
{% macro no_rows(kind, extra=[]) -%}
    select
        {%- for name in extra + ['input_name', 'unparsable_column'] %}
        cast(null as varchar) as {{ name }},
        {%- endfor %}
        {%- for name, type in canonical_columns(kind).items() %}
        cast(null as {{ type }}) as {{ name }}{% if not loop.last %},{% endif %}
        {%- endfor %}
    where 1 = 0
{%- endmacro %}
