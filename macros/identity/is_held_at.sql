{#- Joins int_visitors__held: the row of a visitor at a time. But in the mode time_bounded
    a visitor has one row, and its times need not be compared. -#}
{% macro is_held_at(held, visitor_id, moment) -%}
    {{ visitor_id }} = {{ held }}.visitor_id
    {%- if identity_mode() == 'time_bounded' %}
        and {{ moment }} >= {{ held }}.held_from
        and {{ moment }} < {{ held }}.held_until
    {%- endif %}
{%- endmacro %}

{#- Totals of a visitor's day must not mix people who held it one after the other, so in
    the mode time_bounded they are kept apart by the end of the session as well. -#}
{% macro time_of_holder(ended_at) -%}
    {%- if identity_mode() == 'time_bounded' %}, {{ ended_at }}{% endif -%}
{%- endmacro %}
