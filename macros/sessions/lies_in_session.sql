{#- Whether an event lies in a session: sessions of a visitor never overlap, the producer's
    own may. -#}
{% macro lies_in_session(event, session) -%}
    {{ event }}.visitor_id = {{ session }}.visitor_id
        and {{ event }}.occurred_at >= {{ session }}.started_at
        and {{ event }}.occurred_at <= {{ session }}.ended_at
        {%- if uses_client_sessions() %}
        and {{ event }}.client_session_id is not distinct from {{ session }}.client_session_id
        and (
            {{ event }}.client_session_id is null
            or {{ is_within_session_cap(event, session ~ '.first_received_at') }}
        )
        {%- endif %}
{%- endmacro %}
