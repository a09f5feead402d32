{#- What is told of a day or a week: a metric and how it follows from the counts of
    int_behaviour__counted. A ratio without a base is null. -#}
{% macro behaviour_metrics() -%}
    {{ return({
        'active_customers': 'active_count',
        'sessions': 'session_count',
        'orders': 'order_count',
        'revenue': 'revenue',
        'conversion': 'cast(ordering_count as double precision)'
            ~ ' / nullif(active_count, 0)',
        'average_order_value': 'cast(sold_amount as double precision)'
            ~ ' / nullif(order_count, 0)',
        'new_customers': 'new_count',
        'returning_customers': 'active_count - new_count',
        'churned_customers': 'churned_count',
    }) }}
{%- endmacro %}
