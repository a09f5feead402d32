{#- Which cookies, devices and e-mails rows named together with a user, whatever became
    of these rows: consent must not depend on whom identity ties together. It only grows,
    by what arrived since the last build that went through. -#}
{{ config(
    materialized='incremental',
    incremental_strategy='append',
    pre_hook=[
        "{{ forget_everything_where_all_is_touched() }}",
        "{{ forget_old_pairs() }}",
    ],
) }}
{%- set is_partial = is_incremental() and not touches_everything() -%}
{%- set has_news = 'arrived_at > ' ~ latest_time(
    relation_of('int_batches__completed'), 'completed_at') if is_partial else '1 = 1' -%}
-- depends_on: {{ ref('int_events__delivered') }}
-- depends_on: {{ ref('int_order_lines__delivered') }}
-- depends_on: {{ ref('int_order_headers__delivered') }}
with

named as (

    {{ named_pairs(has_news) }}

)

select
    named.user_key,
    named.seen_key,
    named.seen_kind,
    {{ build_time() }} as named_at
from named
{%- if is_partial %}
left join {{ this }} as held
    on named.user_key = held.user_key and named.seen_key = held.seen_key
where held.user_key is null
{%- endif %}
