{{ config(enabled=is_enabled('files')) }}
{{ select_files('order_lines', 'files_order_lines_path', required=[
    'order_id', 'ordered_at', 'unit_price',
]) }}
