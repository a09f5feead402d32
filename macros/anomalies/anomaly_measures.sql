{#- What can be unusual of a customer besides customer_features, from customer_days: a
    wild day months ago shows in no window and hardly in an average. Each with its words
    and how it is added up. -#}
{% macro day_measures() -%}
    {{ return({
        'peak_day_events': {
            'label': 'events on one day', 'unit': 'events', 'sql': 'max(event_count)',
        },
        'peak_day_sessions': {
            'label': 'sessions on one day', 'unit': 'sessions',
            'sql': 'max(session_count)',
        },
        'peak_day_product_views': {
            'label': 'product views on one day', 'unit': 'product views',
            'sql': 'max(product_view_count)',
        },
        'peak_day_orders': {
            'label': 'orders on one day', 'unit': 'orders', 'sql': 'max(order_count)',
        },
        'peak_day_order_ratio': {
            'label': 'share of the orders on one day', 'unit': 'share',
            'sql': share_of('max(order_count)', 'sum(order_count)'),
        },
        'peak_day_amount': {
            'label': 'ordered on one day', 'unit': 'currency', 'sql': 'max(sold_amount)',
        },
        'returned_amount_ratio': {
            'label': 'share of the amount returned', 'unit': 'share',
            'sql': '1 - ' ~ share_of('sum(revenue)', 'sum(sold_amount)'),
        },
    }) }}
{%- endmacro %}

{#- What can be unusual of a session. -#}
{% macro session_measures() -%}
    {%- set views = 'page_view_count + product_view_count' -%}
    {%- set actions = 'search_count + add_to_cart_count + checkout_count '
        ~ '+ purchase_count + feature_use_count + support_contact_count' -%}
    {%- set least_minutes = 'greatest(duration_seconds / 60, 1)' -%}
    {{ return({
        'event_count': {
            'label': 'events', 'unit': 'events', 'sql': 'event_count',
        },
        'page_view_count': {
            'label': 'page views', 'unit': 'page views', 'sql': 'page_view_count',
        },
        'product_view_count': {
            'label': 'product views', 'unit': 'product views',
            'sql': 'product_view_count',
        },
        'search_count': {
            'label': 'searches', 'unit': 'searches', 'sql': 'search_count',
        },
        'cart_count': {
            'label': 'cart additions and checkouts', 'unit': 'events',
            'sql': 'add_to_cart_count + checkout_count',
        },
        'purchase_count': {
            'label': 'purchases', 'unit': 'purchases', 'sql': 'purchase_count',
        },
        'support_contact_count': {
            'label': 'support contacts', 'unit': 'contacts',
            'sql': 'support_contact_count',
        },
        'feature_use_count': {
            'label': 'feature uses', 'unit': 'uses', 'sql': 'feature_use_count',
        },
        'duration_minutes': {
            'label': 'minutes from first to last event', 'unit': 'minutes',
            'sql': 'duration_seconds / 60.0',
        },
        'engaged_minutes': {
            'label': 'engaged minutes', 'unit': 'minutes', 'sql': 'engaged_seconds / 60',
        },
        'events_per_minute': {
            'label': 'events a minute', 'unit': 'events',
            'sql': 'event_count / ' ~ least_minutes,
        },
        'engaged_seconds_per_view': {
            'label': 'engaged seconds per view', 'unit': 'seconds',
            'sql': 'engaged_seconds / greatest(' ~ views ~ ', 1)',
        },
        'views_per_action': {
            'label': 'views for each thing done', 'unit': 'views',
            'sql': '(' ~ views ~ ') / (1.0 + ' ~ actions ~ ')',
        },
        'scroll_ratio': {
            'label': 'how far down was scrolled', 'unit': 'share',
            'sql': 'coalesce(max_scroll_ratio, 0)',
        },
    }) }}
{%- endmacro %}
