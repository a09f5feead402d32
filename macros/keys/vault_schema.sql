{#- Where the vault lies: in the database itself, or in an encrypted file of its own that
    the plugin attaches. -#}
{% macro keeps_vault_apart() -%}
    {%- for plugin in target.get('plugins') or []
        if plugin.module == 'habitue.duckdb_plugin'
        and (plugin.config or {}).get('encrypt') == 'vault' -%}
        {{ return(true) }}
    {%- endfor -%}
    {{ return(false) }}
{%- endmacro %}

{% macro vault_schema() -%}
    {{ return('habitue_vault.vault' if keeps_vault_apart() else 'vault') }}
{%- endmacro %}
