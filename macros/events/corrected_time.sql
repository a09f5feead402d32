{#- When an event happened: corrected for clock skew by receipt and sending time, unless its
    own time was given and is not just the device's. -#}
{% macro corrected_time() -%}
    case
            when sent_at is not null
                and received_at is not null
                and device_created_at is not null
                and coalesce(occurred_at, device_created_at) = device_created_at
                then {{ seconds_after('received_at',
                    exact_seconds_between('sent_at', 'device_created_at')) }}
            else coalesce(occurred_at, device_created_at)
        end
{%- endmacro %}
