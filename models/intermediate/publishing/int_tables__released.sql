{#- Built last: it waits for every mart and for the tests on the way, so that nothing
    leaves a build that failed. `withdraw_release` takes it away when a build begins. -#}
{%- set marts = [
    'anomaly_map', 'anomaly_models', 'behaviour_anomalies', 'behaviour_backtests',
    'behaviour_changes', 'behaviour_decomposition', 'behaviour_forecasts',
    'behaviour_models', 'behaviour_series', 'churn_calibration', 'consent_changes',
    'consents', 'customer_anomalies', 'customer_consents', 'customer_days',
    'customer_engagement', 'customer_features', 'customer_identifiers',
    'customer_outcomes', 'customer_segment_reasons', 'customer_segments',
    'customer_value', 'customers', 'events', 'experiment_assignments',
    'experiment_looks', 'experiment_metrics', 'experiment_results', 'experiments',
    'feature_loadings', 'feature_refinements', 'funnels', 'identity_changes',
    'identity_edges', 'journey_calibration',
    'journey_comparisons', 'journey_conversion', 'journey_flows', 'journey_paths',
    'journey_removal_effects', 'journey_transitions', 'k_evidence', 'lateness',
    'order_lines', 'orders', 'page_views', 'personal_data', 'power_user_curve',
    'quarantined_rows', 'recluster_checks', 'retention_periods', 'rfm_cuts',
    'rfm_migrations', 'rfm_scores', 'rfm_segments', 'row_ledger', 'segment_audience',
    'segment_dendrogram', 'segment_flows', 'segment_lineage', 'segment_map',
    'segment_memberships', 'segment_models', 'segment_moves', 'segment_profiles',
    'segment_validation', 'segment_validation_tests', 'segments', 'session_anomalies',
    'sessions', 'stitched_sessions', 'value_models',
] -%}
{%- for name in marts + ['int_batches__completed'] -%}
    {%- do ref(name) -%}
{%- endfor -%}
{{ config(materialized='table') }}
{%- if execute %}
{%- for schema_name, table_name, audience in released_tables(marts) %}
select
    '{{ schema_name }}' as schema_name,
    '{{ table_name }}' as table_name,
    '{{ audience }}' as audience,
    {{ build_time() }} as released_at
{%- if not loop.last %}
union all
{%- endif %}
{%- endfor %}
{%- endif %}
