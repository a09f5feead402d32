{#- The events of a producer's own sessions may come in for so many days from the first on.
    What is received later (a session id that got stuck) is in no session. Sessions made
    by inactivity are cut instead. -#}
{% macro within_session_cap(relation) -%}
    {%- if not uses_client_sessions() -%}
select * from {{ relation }}
    {%- else -%}
select *
from (
    select
        *,
        min(coalesce(received_at, occurred_at)) over (
            partition by visitor_id, client_session_id
        ) as first_received_at,
        min(occurred_at) over (
            partition by visitor_id, client_session_id
        ) as first_occurred_at
    from {{ relation }}
) as received
where
    client_session_id is null
    or {{ is_within_session_cap('received', 'received.first_received_at') }}
    {%- endif -%}
{%- endmacro %}

{#- The same for one event, where the first receipt of its session is known. -#}
{% macro is_within_session_cap(event, first_received_at) -%}
    (
        coalesce({{ event }}.received_at, {{ event }}.occurred_at) <= {{ seconds_after(
            first_received_at, var('session_cap_days') * 86400) }}
    )
{%- endmacro %}
