{#- Steps of a unit in time; of one event, later steps come first. -#}
{% macro funnel_order() -%}
    partition by funnel_name, unit_id order by occurred_at, place, step_number desc
{%- endmacro %}

{#- A step at the last moment of the window counts. -#}
{% macro within_window(start) -%}
    ({{ start }} is not null and (
        window_days is null
        or {{ exact_seconds_between(start, 'occurred_at') }} <= window_days * 86400
    ))
{%- endmacro %}
