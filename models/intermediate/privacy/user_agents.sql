{#- Distinct user agents, in the vault: what they are is judged once, not per event. -#}
{{ config(
    schema='vault',
    materialized='incremental',
    incremental_strategy='append',
    pre_hook=[
        "{{ forget_dropped_data() }}",
        "{{ forget_unreferenced(
            'user_agent_key', [('int_events__delivered', 'user_agent_key')]) }}",
    ],
) }}
-- depends_on: {{ ref('int_inputs__fingerprinted') }}
-- depends_on: {{ ref('identifiers') }}
-- depends_on: {{ ref('int_events__normalised') }}
{%- set held = this if is_incremental() else '(select null as user_agent)' %}
{#- Whom a row names has to be known only where somebody was erased. -#}
{%- set rows = 'int_events__normalised' if tombstones() else 'int_events__unioned' %}
with

observed as (

    select distinct {{ unless_dropped('user_agent') }} as user_agent
    from {{ ref(rows) }}
    where
        {{ unless_dropped('user_agent') }} is not null
        and {{ news_of('events') }}
        {{- unless_of_erased() }}
        {{- unless_too_old('events') }}

),

unseen as (

    select observed.user_agent
    from observed
    left join {{ held }} as held on observed.user_agent = held.user_agent
    where held.user_agent is null

)

select
    {{ pseudonym_of("'user_agent'", 'user_agent') }} as user_agent_key,
    user_agent
from unseen
