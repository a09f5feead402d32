{#- The files that a path or glob stands for, also those without a row. -#}
{% macro matching_files(variable) -%}
    glob('{{ var(variable) | replace("'", "''") }}')
{%- endmacro %}
