{#- Joins int_visitors__held: the row of a visitor at a time. But in the mode time_bounded
    a visitor has one row, and its times need not be compared. -#}
{% macro is_held_at(held, visitor_id, moment) -%}
    {{ visitor_id }} = {{ held }}.visitor_id
    {%- if identity_mode() == 'time_bounded' %}
        and {{ moment }} >= {{ held }}.held_from
        and {{ moment }} < {{ held }}.held_until
    {%- endif %}
{%- endmacro %}
