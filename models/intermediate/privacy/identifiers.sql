{#- The vault: the only table that links a raw identifier to its pseudonym. Hashing is
    slow, so it is done once per distinct identifier and never again. -#}
{{ config(
    schema='vault',
    materialized='incremental',
    incremental_strategy='append',
) }}
{%- set nothing = '(select null as identifier_kind, null as raw_value)' -%}
{%- set held = this if is_incremental() else nothing %}
with

observed as (

    select distinct
        identifier_kind,
        raw_value
    from {{ ref('int_identifiers__observed') }}

),

unseen as (

    select
        observed.identifier_kind,
        observed.raw_value
    from observed
    left join {{ held }} as held
        on observed.identifier_kind = held.identifier_kind
        and observed.raw_value = held.raw_value
    where held.raw_value is null

),

hashed as (

    select
        identifier_kind,
        raw_value,
        {{ pseudonym_of('identifier_kind', 'raw_value') }} as pseudonym
    from unseen

)

select * from hashed
