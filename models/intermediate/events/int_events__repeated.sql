{#- Usable rows that share their event id, order or page view with another row, where a
    row that is judged in this build does. Hashes find them, so that of everything else
    only the columns that name it are read. -#}
{{ config(materialized='table') }}
{%- set id_hash = fast_hash(['source', 'event_id']) -%}
{%- set key_hash = fast_hash(['source', 'business_key']) %}
-- depends_on: {{ ref('int_visitor_days__touched') }}
-- depends_on: {{ ref('int_events__pending') }}
with

valid as (

    select * from {{ ref('int_events__delivered') }}
    where invalid_reason is null

),

in_question as (

    select
        {{ id_hash }} as id_hash,
        case when business_key is not null then {{ key_hash }} end as key_hash
    from valid
    {%- if not touches_everything() %}
        where
            {{ id_hash }} in (
                select {{ id_hash }} from {{ ref('int_events__pending') }}
            )
            or {{ key_hash }} in (
                select {{ key_hash }} from {{ ref('int_events__pending') }}
                where business_key is not null
            )
    {%- endif %}

),

repeated_ids as (

    select {{ id_hash }} as id_hash
    from valid
    where copy_number > 1 and {{ id_hash }} in (select id_hash from in_question)

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
    from valid
    where
        {{ id_hash }} in (select id_hash from repeated_ids)
        or (
            business_key is not null
            and {{ key_hash }} in (select key_hash from repeated_keys)
        )

),

repeated as (

    select valid.*
    from valid
    inner join places
        on valid.activity_date = places.activity_date
        and valid.source = places.source
        and valid.event_id = places.event_id
        and valid.copy_number = places.copy_number

)

select * from repeated
