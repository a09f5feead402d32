{#- Whether an event was sent long after its device created it. -#}
{% macro is_late(relation) -%}
    coalesce(
            {{ relation }}.sent_at > {{ seconds_after(
                relation ~ '.device_created_at', var('late_after_days') * 86400) }}, false
        )
{%- endmacro %}
