{#- What an event was about, for telling a double-fire from two events. -#}
{% macro target_of(relation) -%}
    concat_ws(
        '|',
        {{ relation }}.event_name,
        coalesce({{ relation }}.product_id, ''),
        coalesce({{ relation }}.order_id, ''),
        coalesce({{ relation }}.feature_name, ''),
        coalesce({{ relation }}.experiment_id, ''),
        coalesce({{ relation }}.experiment_arm, ''),
        coalesce(cast({{ relation }}.path_key as varchar), {{ relation }}.page_path, '')
    )
{%- endmacro %}
