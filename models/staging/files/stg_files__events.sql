{{ config(enabled=is_enabled('files')) }}
{%- if execute and not (var("files_events_path") or var("files_order_lines_path")
    or var("files_assignments_path")) -%}
    {{ exceptions.raise_compiler_error(
        "The producer files needs files_events_path, files_order_lines_path or "
        ~ "files_assignments_path."
    ) }}
{%- endif -%}
{{ select_files('events', 'files_events_path', required=[
    'event_type',
    ['occurred_at', 'device_created_at'],
    ['user_id', 'anonymous_id', 'device_id', 'client_session_id'],
]) }}
