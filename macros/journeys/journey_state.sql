{#- What an event is a step into, by the var; an event that lacks it is told by its type. -#}
{% macro journey_state() -%}
    {%- if var('journey_state') == 'event_type' -%}
        event_type
    {%- else -%}
        coalesce({{ var('journey_state') }}, event_type)
    {%- endif -%}
{%- endmacro %}

{#- Words as texts of SQL, between commas. -#}
{% macro quoted(words) -%}
    '{{ words | join("', '") }}'
{%- endmacro %}
