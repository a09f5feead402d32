{#- Whether two rows are of the same as-of date and repeat orders: what models of orders
    know of a customer, in whole numbers. -#}
{% macro is_same_repeats(one, other) -%}
    {%- for column in ['as_of_date', 'repeat_count', 'last_repeat_days', 'observed_days'] %}
    {{ 'and ' if not loop.first }}{{ one }}.{{ column }} = {{ other }}.{{ column }}
    {%- endfor %}
{%- endmacro %}
