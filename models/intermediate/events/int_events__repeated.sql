{#- Usable rows that share their event id, order or page view with another row, where a
    row that is judged in this build does. Hashes find them: every table is named where it
    is read, so that of everything else only the columns that name it are. -#}
{{ config(materialized='table') }}
{%- set delivered = ref('int_events__delivered') -%}
{%- set id_hash = fast_hash(['source', 'event_id']) -%}
{%- set key_hash = fast_hash(['source', 'business_key']) %}
-- depends_on: {{ ref('int_visitor_days__touched') }}
-- depends_on: {{ ref('int_events__pending') }}
with

{% if not touches_everything() -%}
judged as (

    select
        {{ id_hash }} as id_hash,
        case when business_key is not null then {{ key_hash }} end as key_hash
    from {{ ref('int_events__pending') }}

),

in_question as (

    select
        {{ id_hash }} as id_hash,
        case when business_key is not null then {{ key_hash }} end as key_hash
    from {{ delivered }}
    where
        invalid_reason is null
        and (
            {{ id_hash }} in (select id_hash from judged)
            or {{ key_hash }} in (
                select key_hash from judged
                where key_hash is not null
            )
        )

),

{% endif -%}
repeated_ids as (

    select {{ id_hash }} as id_hash
    from {{ delivered }}
    where
        invalid_reason is null
        and copy_number > 1
        {%- if not touches_everything() %}
        and {{ id_hash }} in (select id_hash from in_question)
        {%- endif %}

),

repeated_keys as (

    {%- if touches_everything() %}
    select {{ key_hash }} as key_hash
    from {{ delivered }}
    where invalid_reason is null and business_key is not null
    {%- else %}
    select key_hash
    from in_question
    where key_hash is not null
    {%- endif %}
    group by 1
    having count(*) > 1

),

places as (

    select
        source,
        event_id,
        copy_number,
        activity_date
    from {{ delivered }}
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
    from {{ delivered }} as delivered
    inner join places
        on delivered.activity_date = places.activity_date
        and delivered.source = places.source
        and delivered.event_id = places.event_id
        and delivered.copy_number = places.copy_number
    where delivered.invalid_reason is null

)

select * from repeated
