{#- The kinds of sessions that are counted per day, and what makes one: how it came, on
    what device, at what time of day. What is of no kind named here is none of them. -#}
{% macro session_mix() -%}
    {{ return({
        'direct_session_count': "traffic_channel = 'Direct'",
        'organic_session_count': "traffic_channel in ('Organic Search', 'Organic Social')",
        'paid_session_count': "traffic_channel in ('Paid Search', 'Paid Social', 'Display')",
        'email_session_count': "traffic_channel = 'Email'",
        'mobile_session_count': "device_type in ('mobile', 'tablet')",
        'desktop_session_count': "device_type = 'desktop'",
        'night_session_count': 'started_hour < 6',
        'morning_session_count': 'started_hour >= 6 and started_hour < 12',
        'afternoon_session_count': 'started_hour >= 12 and started_hour < 18',
        'evening_session_count': 'started_hour >= 18',
    }) }}
{%- endmacro %}
