{#- The visitor of rows that name nobody: a key that can be compared, unlike null. -#}
{% macro nobody() -%}
    cast('00000000-0000-0000-0000-000000000000' as uuid)
{%- endmacro %}
