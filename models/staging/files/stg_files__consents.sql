{{ config(enabled=is_enabled('files')) }}
{{ select_files('consents', 'files_consents_path', required=[
    ['subject_identifier', 'user_id', 'anonymous_id'],
    'purpose', 'status', 'changed_at',
]) }}
