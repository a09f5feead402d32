{#- The producer's own sessions may go on for session_cap_days after their first event was
    received. What is received later, under a session id that got stuck, is late. Sessions
    made by inactivity have no such rows. -#}
{% macro first_receipts_of_client_sessions() -%}
select
    visitor_id,
    client_session_id,
    min(coalesce(received_at, occurred_at)) as first_received_at
from {{ ref('int_events__delivered') }} as delivered
where
    invalid_reason is null
    and client_session_id is not null
    and not {{ is_late('delivered') }}
    {%- if not uses_client_sessions() %}
    and 1 = 0
    {%- elif not touches_everything() %}
    and {{ fast_hash(['visitor_id', 'client_session_id']) }} in (
        select {{ fast_hash(['visitor_id', 'client_session_id']) }}
        from {{ ref('int_events__pending') }}
    )
    {%- endif %}
group by 1, 2
{%- endmacro %}
