{#- What an event was about, for telling a double-fire from two events. -#}
{% macro target_columns() -%}
    {{ return(['event_name', 'product_id', 'order_id', 'feature_name', 'experiment_id',
        'experiment_arm', 'path_key', 'page_path']) }}
{%- endmacro %}
