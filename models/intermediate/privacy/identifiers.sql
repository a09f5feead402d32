{#- The vault: the only table that links a raw identifier to its pseudonym. Hashing is
    slow, so it is done once per distinct identifier and never again. -#}
{{ config(
    schema='vault',
    materialized='incremental',
    incremental_strategy='append',
    pre_hook="{{ forget_dropped_data() }}",
) }}
-- depends_on: {{ ref('int_inputs__fingerprinted') }}
{%- set nothing = '(select null as identifier_kind, null as raw_value)' -%}
{%- set held = this if is_incremental() else nothing -%}
{%- set person = ['user_id', 'anonymous_id', 'email'] -%}
{%- set shown = [
    ('events', 'int_events__normalised', person + ['device_id', 'client_session_id']),
    ('order_lines', 'int_order_lines__validated', person),
    ('order_headers', 'int_order_headers__validated', person),
] %}
with

observed as (

    {%- for dataset, relation, kinds in shown %}
    {%- set news = news_of(dataset) %}
    {%- for kind in kinds %}
    select
        '{{ kind }}' as identifier_kind,
        {{ kind }} as raw_value
    from {{ ref(relation) }}
    where
        {{ news }}
        {%- if kind == 'client_session_id' %}
        and anonymous_id is null
        and device_id is null
        {%- endif %}
    union all
    {%- endfor %}
    {%- endfor %}
    select
        subject_kind as identifier_kind,
        subject_value as raw_value
    from {{ ref('int_consents__validated') }}
    where {{ news_of('consents') }}

),

unseen as (

    select distinct
        observed.identifier_kind,
        observed.raw_value
    from observed
    left join {{ held }} as held
        on observed.identifier_kind = held.identifier_kind
        and observed.raw_value = held.raw_value
    where observed.raw_value is not null and held.raw_value is null

),

hashed as (

    select
        identifier_kind,
        raw_value,
        {{ pseudonym_of('identifier_kind', 'raw_value') }} as pseudonym
    from unseen

)

select * from hashed
