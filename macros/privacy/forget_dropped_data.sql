{#- Pre-hook of the vault: what the var `personal_data` drops from now on goes from there as
    well. Rows that can be read again come back without it. -#}
{% macro forget_dropped_data() -%}
    {%- set dropped = dropped_columns() -%}
    {%- set columns = {
        'identifiers': ["'email'"] if 'email' in dropped else [],
        'profiles': profile_columns() | select('in', dropped) | list,
        'user_agents': ['user_agent'] if 'user_agent' in dropped else [],
    }[this.identifier] -%}
    {%- if is_incremental() and columns -%}
        delete from {{ this }}
        where {{ "identifier_kind = 'email'" if this.identifier == 'identifiers'
            else columns | join(' is not null or ') ~ ' is not null' }}
    {%- endif -%}
{%- endmacro %}
