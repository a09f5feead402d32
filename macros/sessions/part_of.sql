{#- The part of a split that a time lies in, counted by the cap. -#}
{% macro part_of(time, start) -%}
    {%- if uses_client_sessions() -%}
    case
            when client_session_id is null
                then floor(({{ epoch_seconds(time) }} - {{ epoch_seconds(start) }})
                    / {{ var('session_cap_days') * 86400 }})
            else 0
        end
    {%- else -%}
    floor(({{ epoch_seconds(time) }} - {{ epoch_seconds(start) }})
            / {{ var('session_cap_days') * 86400 }})
    {%- endif -%}
{%- endmacro %}
