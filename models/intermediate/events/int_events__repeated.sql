{#- Usable rows that share their event id, order or page view with another row, where a
    row that is judged in this build does. Hashes find them: every table is named where it
    is read, so that of everything else only the columns that name it are. -#}
{{ config(materialized='table') }}
{%- set id_hash = fast_hash(['source', 'event_id']) -%}
{%- set key_hash = fast_hash(['source', 'business_key']) -%}
{%- set pending = ref('int_events__pending') -%}
{%- set is_in_question = '1 = 1' if touches_everything() else
    '(' ~ id_hash ~ ' in (select ' ~ id_hash ~ ' from ' ~ pending ~ ') or ' ~ key_hash
    ~ ' in (select ' ~ key_hash ~ ' from ' ~ pending
    ~ ' where business_key is not null))' %}
-- depends_on: {{ ref('int_visitor_days__touched') }}
with

in_question as (

    select
        {{ id_hash }} as id_hash,
        case when business_key is not null then {{ key_hash }} end as key_hash
    from {{ ref('int_events__delivered') }}
    where invalid_reason is null and {{ is_in_question }}

),

repeated_ids as (

    select {{ id_hash }} as id_hash
    from {{ ref('int_events__delivered') }}
    where
        invalid_reason is null
        and copy_number > 1
        and {{ '1 = 1' if touches_everything()
            else id_hash ~ ' in (select id_hash from in_question)' }}

),

repeated_keys as (

    select key_hash
    from in_question
    where key_hash is not null
    group by 1
    having count(*) > 1

),

places as (

    select
        source,
        event_id,
        copy_number,
        activity_date
    from {{ ref('int_events__delivered') }}
    where
        invalid_reason is null
        and (
            {{ id_hash }} in (select id_hash from repeated_ids)
            or (
                business_key is not null
                and {{ key_hash }} in (select key_hash from repeated_keys)
            )
        )

),

repeated as (

    select delivered.*
    from {{ ref('int_events__delivered') }} as delivered
    inner join places
        on delivered.activity_date = places.activity_date
        and delivered.source = places.source
        and delivered.event_id = places.event_id
        and delivered.copy_number = places.copy_number
    where delivered.invalid_reason is null

)

select * from repeated
