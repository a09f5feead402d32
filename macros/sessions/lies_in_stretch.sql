{#- The stretch of the clock, as long as the timeout, that a time lies in. -#}
{% macro stretch_of(time) -%}
    floor({{ epoch_seconds(time) }} / {{ var('session_timeout_seconds') }})
{%- endmacro %}

{#- Stretches are kept apart by day of the reporting time zone, too. -#}
{% macro lies_in_stretch(event, stretch) -%}
    {{ event }}.visitor_id = {{ stretch }}.visitor_id
    and {{ stretch_of(event ~ '.occurred_at') }} = {{ stretch }}.stretch_number
    and {{ local_date(event ~ '.occurred_at') }} = {{ stretch }}.activity_date
{%- endmacro %}
