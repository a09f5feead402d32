{#- Columns (name: type) without a row, for a project without such an experiment. -#}
{% macro no_experiments(columns) -%}
    select
        {%- for name, type in columns.items() %}
        cast(null as {{ type }}) as {{ name }}{% if not loop.last %},{% endif %}
        {%- endfor %}
    where 1 = 0
{%- endmacro %}
