{#- What an event is about that happens once, whatever its id: a purchase, a view. -#}
{% macro business_key_of(relation) -%}
    case
            when {{ relation }}.event_type = 'purchase'
                then 'order ' || {{ relation }}.order_id || coalesce(
                    ' product ' || {{ relation }}.product_id, '')
            when {{ relation }}.event_type in ('page_view', 'screen_view')
                then 'view ' || {{ relation }}.page_view_id
        end
{%- endmacro %}
