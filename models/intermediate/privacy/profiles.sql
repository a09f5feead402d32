{#- What people said of themselves, in the vault: identity rules compare it there, and
    nothing but the key leaves. -#}
{{ config(
    schema='vault',
    materialized='incremental',
    incremental_strategy='append',
    pre_hook=[
        "{{ forget_dropped_data() }}",
        "{{ forget_unreferenced(
            'profile_key', [('int_events__delivered', 'profile_key')]) }}",
    ],
) }}
-- depends_on: {{ ref('int_inputs__fingerprinted') }}
-- depends_on: {{ ref('identifiers') }}
{%- set held = this if is_incremental() else '(select null as profile)' %}
with

observed as (

    select distinct
        profile,
        {%- for name in profile_columns() %}
        {{ name }}{% if not loop.last %},{% endif %}
        {%- endfor %}
    from {{ ref('int_events__normalised') }}
    where
        profile is not null
        and {{ news_of('events') }}
        {{- unless_of_erased() }}
        {{- unless_too_old('events') }}
        and not {{ is_too_old(
            'contact', 'coalesce(' ~ corrected_time() ~ ', received_at)') }}

),

unseen as (

    select observed.*
    from observed
    left join {{ held }} as held on observed.profile = held.profile
    where
        held.profile is null
        {%- if tombstones() %}
        and not {{ has_tombstone("'profile'", 'observed.profile') }}
        {%- endif %}

)

select
    {{ pseudonym_of("'profile'", 'profile') }} as profile_key,
    *
from unseen
