{#- The vault: the only table that links a raw identifier to its pseudonym. Hashing is
    slow, so it is done once per distinct identifier and never again. -#}
{{ config(
    schema='vault',
    materialized='incremental',
    incremental_strategy='append',
) }}
with

observed as (

    select distinct identifier_kind, raw_value
    from {{ ref('int_identifiers__observed') }}

),

unseen as (

    select observed.identifier_kind, observed.raw_value
    from observed
    {%- if is_incremental() %}
    left join {{ this }} as held
        on observed.identifier_kind = held.identifier_kind
        and observed.raw_value = held.raw_value
    where held.raw_value is null
    {%- endif %}

),

hashed as (

    select
        identifier_kind,
        raw_value,
        {{ pseudonym_of('identifier_kind', 'raw_value') }} as pseudonym
    from unseen

)

select * from hashed
