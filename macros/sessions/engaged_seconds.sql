{#- Engaged time of a session on a day: 10 s for every bucket with a heartbeat plus the
    5 s before the first one; without heartbeats the gaps between events, 60 s at most. -#}
{% macro engaged_seconds() -%}
    cast(
        case
            when page_ping_count > 0 then heartbeat_seconds + 5
            else coalesce(gap_seconds, 0)
        end as decimal(18, 6)
    )
{%- endmacro %}
