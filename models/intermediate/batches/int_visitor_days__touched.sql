{#- Days whose events or verdicts may have changed: those of rows that arrived, of other
    copies of their events, orders and page views, and of subjects whose consent changed.
    A double-fire can reach one second into the next day, so that day counts as well.
    Where everything is done again, one row stands for all days. -#}
{{ config(
    materialized='incremental',
    incremental_strategy='append',
    pre_hook="{{ forget_unknown_visitors() }}",
) }}
-- depends_on: {{ ref('identifiers') }}
-- depends_on: {{ ref('int_events__delivered') }}
-- depends_on: {{ ref('int_consents__delivered') }}
-- depends_on: {{ ref('int_consents__spread') }}
{%- if is_incremental() and not touches_everything() -%}
{%- set id_hash = fast_hash(['source', 'event_id']) -%}
{%- set key_hash = fast_hash(['source', 'business_key']) -%}
{%- set session_hash = fast_hash(['visitor_id', 'client_session_id']) -%}
{%- set next_day = 'cast(' ~ seconds_after('occurred_at', var('double_fire_seconds'))
    ~ ' as date)' -%}
{%- set conditions = [
    id_hash ~ ' in (select id_hash from copied_ids)',
    key_hash ~ ' in (select key_hash from copied_keys)',
] -%}
{%- if uses_client_sessions() -%}
    {%- do conditions.append('client_session_id is not null and ' ~ session_hash
        ~ ' in (select ' ~ session_hash ~ ' from arrived)') -%}
{%- endif -%}
{%- set subjects = ['visitor_id', 'device_key', 'user_key', 'email_key'] -%}
{%- set consent_from = run_query(
    "select min(changed_from) from " ~ ref('int_consents__spread')).rows[0][0] %}
with

delivered as (

    select * from {{ ref('int_events__delivered') }}
    where invalid_reason is null

),

arrived as (

    select * from delivered
    where arrived_at > {{ latest_time(this, 'touched_at') }}

),

copied_ids as (

    select {{ id_hash }} as id_hash
    from arrived
    where copy_number > 1

),

copied_keys as (

    select {{ key_hash }} as key_hash
    from arrived
    where business_key is not null
    union all
    select {{ key_hash }} as key_hash
    from delivered
    where
        business_key is not null
        and {{ id_hash }} in (select id_hash from copied_ids)

),

related as (

    select
        visitor_id,
        activity_date,
        occurred_at
    from arrived
    {%- for condition in conditions %}
    union all
    select
        visitor_id,
        activity_date,
        occurred_at
    from delivered
    where {{ condition }}
    {%- endfor %}
    {%- for subject in subjects if consent_from %}
    union all
    select
        visitor_id,
        activity_date,
        occurred_at
    from delivered
    inner join {{ ref('int_consents__spread') }} as spread
        on
            delivered.{{ subject }} = spread.subject_key
            and delivered.activity_date >= spread.changed_from
    where delivered.activity_date >= date '{{ consent_from }}'
    {%- endfor %}

),

days as (

    {%- for day in ['activity_date', next_day] %}
    select
        visitor_id,
        {{ day }} as activity_date
    from related
    {% if not loop.last %}union distinct{% endif %}
    {%- endfor %}

)

select
    visitor_id,
    activity_date,
    {{ build_time() }} as touched_at
from days
{%- else %}
select
    {{ nobody() }} as visitor_id,
    date '0001-01-01' as activity_date,
    {{ build_time() }} as touched_at
{%- endif %}
