{#- Whether sessions are the producer's own (`session_mode: client`) or made by inactivity.
    The producer's own are taken as they are, so splitting them is refused. -#}
{% macro uses_client_sessions() -%}
    {%- set mode = var('session_mode') -%}
    {%- if mode not in ['client', 'client_session_id', 'inactivity'] -%}
        {{ exceptions.raise_compiler_error(
            "session_mode must be inactivity or client, got: " ~ mode
        ) }}
    {%- endif -%}
    {%- for split in ['session_midnight_split', 'session_campaign_split'] -%}
        {%- if mode != 'inactivity' and var(split) -%}
            {{ exceptions.raise_compiler_error(
                split ~ " cuts sessions made by inactivity; with session_mode " ~ mode
                ~ " sessions are the producer's own. Set one of the two."
            ) }}
        {%- endif -%}
    {%- endfor -%}
    {{ return(mode != 'inactivity') }}
{%- endmacro %}
