{#- Whether sessions are the producer's own (`session_mode: client`) or made by inactivity. -#}
{% macro uses_client_sessions() -%}
    {%- set mode = var('session_mode') -%}
    {%- if mode in ['client', 'client_session_id'] -%}{{ return(true) }}{%- endif -%}
    {%- if mode == 'inactivity' -%}{{ return(false) }}{%- endif -%}
    {{ exceptions.raise_compiler_error(
        "session_mode must be inactivity or client, got: " ~ mode
    ) }}
{%- endmacro %}
