{#- The counts kept per session and day, and the event types that each one adds up. -#}
{% macro counted_event_types() -%}
    {{ return({
        'page_view_count': ['page_view', 'screen_view'],
        'page_ping_count': ['page_ping'],
        'product_view_count': ['product_view'],
        'search_count': ['search'],
        'add_to_cart_count': ['add_to_cart'],
        'checkout_count': ['begin_checkout'],
        'purchase_count': ['purchase'],
        'feature_use_count': ['feature_use'],
        'support_contact_count': ['support_ticket', 'support_chat'],
        'feedback_count': ['feedback'],
        'email_click_count': ['email_click'],
    }) }}
{%- endmacro %}
