{#- Built after every consumer of the touched list and after the inputs were counted:
    the build up to which nothing is pending, and the settings it was made with. -#}
-- depends_on: {{ ref('int_inputs__counted') }}
-- depends_on: {{ ref('int_events__set_aside') }}
-- depends_on: {{ ref('int_session_days__measured') }}
-- depends_on: {{ ref('int_page_view_days__measured') }}
-- depends_on: {{ ref('int_visitor_days__linked') }}
-- depends_on: {{ ref('int_visitor_days__alternated') }}
-- depends_on: {{ ref('int_visitor_items__counted') }}
-- depends_on: {{ ref('int_event_days__delayed') }}
{{ config(materialized='incremental', incremental_strategy='append') }}
select
    max(touched_at) as touched_at,
    '{{ row_settings() }}' as row_settings,
    '{{ rule_settings() }}' as rule_settings,
    {{ build_time() }} as completed_at
from {{ ref('int_visitor_days__touched') }}
