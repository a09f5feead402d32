{#- Whether two rows are of the same as-of date and repeat orders: what models of orders
    know of a customer, in whole numbers. -#}
{% macro is_same_repeats(one, other) -%}
    {{ one }}.as_of_date = {{ other }}.as_of_date
        and {{ one }}.repeat_count = {{ other }}.repeat_count
        and {{ one }}.last_repeat_days = {{ other }}.last_repeat_days
        and {{ one }}.observed_days = {{ other }}.observed_days
{%- endmacro %}
