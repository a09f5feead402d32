{#- The vault: the only table that links a raw identifier to its pseudonym. Hashing is
    slow, so it is done once per distinct identifier and never again. What has a
    tombstone stays out, and so does what was only seen beside it. -#}
{{ config(
    schema='vault',
    materialized='incremental',
    incremental_strategy='append',
    pre_hook=[
        "{{ forget_dropped_data() }}",
        "{{ forget_unreferenced('pseudonym', naming_columns()) }}",
    ],
) }}
-- depends_on: {{ ref('int_inputs__fingerprinted') }}
{%- set nothing = '(select null as identifier_kind, null as raw_value)' -%}
{%- set held = this if is_incremental() else nothing -%}
{%- set has_erased = tombstones() is not none %}
with

inputs as (

    {{ select_named() }}

),

spelled as (

    select
        {%- for kind in named_kinds() %}
        {{ unless_excluded('inputs', kind) }} as {{ kind }}{{ ',' if not loop.last }}
        {%- endfor %}
    from inputs
    {{ join_exclusions('inputs', named_kinds()) }}

),
{%- if has_erased %}

named as (

    {{ named_identifiers('spelled') }}

),

strangers as (

    select distinct
        named.identifier_kind,
        named.raw_value
    from named
    left join {{ held }} as held
        on named.identifier_kind = held.identifier_kind
        and named.raw_value = held.raw_value
    where held.raw_value is null

),

erased as (

    select * from strangers
    where {{ has_tombstone('identifier_kind', 'raw_value') }}

),
{%- endif %}

observed as (

    {{ named_identifiers('spelled', 'erased' if has_erased else none) }}

),

unseen as (

    select distinct
        observed.identifier_kind,
        observed.raw_value
    from observed
    left join {{ held }} as held
        on observed.identifier_kind = held.identifier_kind
        and observed.raw_value = held.raw_value
    {%- if has_erased %}
    left join erased
        on observed.identifier_kind = erased.identifier_kind
        and observed.raw_value = erased.raw_value
    {%- endif %}
    where held.raw_value is null
        {{- ' and erased.raw_value is null' if has_erased }}

),

hashed as (

    select
        identifier_kind,
        raw_value,
        {{ pseudonym_of('identifier_kind', 'raw_value') }} as pseudonym
    from unseen

)

select * from hashed
