{{ config(enabled=is_enabled('files')) }}
{{ select_files('assignments', 'files_assignments_path', required=[
    'experiment_id',
    ['experiment_arm', 'arm', 'variation', 'variant'],
    'assigned_at',
    ['user_id', 'anonymous_id', 'device_id'],
], other_names={'experiment_arm': ['arm', 'variation', 'variant']}) }}
