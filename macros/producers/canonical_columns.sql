{#- The canonical columns of one kind of input and their types: what a file may hold and
    what every producer is mapped to. -#}
{% macro canonical_columns(kind) -%}
    {%- set text, time, number = 'varchar', 'timestamp', 'decimal(18, 4)' -%}
    {{ return({
        'events': {
            'source': text, 'event_id': text, 'event_type': text, 'user_id': text,
            'anonymous_id': text, 'device_id': text, 'client_session_id': text,
            'email': text, 'phone': text, 'first_name': text, 'last_name': text,
            'birth_date': text, 'city': text, 'postal_code': text,
            'page_url': text, 'page_path': text, 'referrer': text,
            'utm_source': text, 'utm_medium': text, 'utm_campaign': text,
            'user_agent': text, 'ip': text, 'region': text, 'opt_out_signal': text,
            'product_id': text, 'category': text,
            'currency': text, 'order_id': text, 'page_view_id': text,
            'feature_name': text, 'experiment_id': text, 'experiment_arm': text,
            'quantity': number, 'unit_price': number, 'engaged_seconds': number,
            'scroll_ratio': number, 'occurred_at': time, 'device_created_at': time,
            'sent_at': time, 'received_at': time,
        },
        'order_lines': {
            'source': text, 'order_id': text, 'line_id': text, 'user_id': text,
            'anonymous_id': text, 'email': text, 'product_id': text,
            'category': text, 'currency': text, 'payment_method': text,
            'status': text, 'channel': text, 'quantity': number,
            'unit_price': number, 'discount': number, 'ordered_at': time,
            'received_at': time,
        },
        'consents': {
            'source': text, 'subject_identifier': text, 'identifier_kind': text,
            'user_id': text, 'anonymous_id': text, 'purpose': text, 'status': text,
            'policy_version': text, 'changed_at': time,
        },
        'assignments': {
            'source': text, 'experiment_id': text, 'experiment_arm': text,
            'user_id': text, 'anonymous_id': text, 'device_id': text,
            'assigned_at': time, 'received_at': time,
        },
    }[kind]) }}
{%- endmacro %}
