{#- The vault's models go where the vault is. -#}
{% macro generate_database_name(custom_database_name=none, node=none) -%}
    {%- if node is not none and node.config.schema == 'vault' and keeps_vault_apart() -%}
        {{ return('habitue_vault') }}
    {%- endif -%}
    {{ return((custom_database_name or target.database) | trim) }}
{%- endmacro %}
