{#- Every identifier's customer each time it changed, as builds found it; null where
    none of its rows is used any more. It only grows, also through a full refresh: the
    past of the marts cannot be read again from the events. -#}
{{ config(
    materialized='incremental',
    incremental_strategy='append',
    full_refresh=false,
    pre_hook="{{ forget_unknown_assignments() }}",
) }}
-- depends_on: {{ ref('identifiers') }}
with

components as (

    select
        pseudonym,
        identifier_kind,
        customer_id
    from {{ ref('int_identity__components') }}

),
{%- if is_incremental() %}

ranked as (

    select
        *,
        row_number() over (partition by pseudonym order by assigned_at desc) as place
    from {{ this }}

),

latest as (

    select * from ranked
    where place = 1

),
{%- endif %}

assigned as (

    {% if is_incremental() -%}
    select
        coalesce(components.pseudonym, latest.pseudonym) as pseudonym,
        coalesce(components.identifier_kind, latest.identifier_kind)
            as identifier_kind,
        components.customer_id,
        {{ build_time() }} as assigned_at
    from components
    full outer join latest on components.pseudonym = latest.pseudonym
    where components.customer_id is distinct from latest.customer_id
    {%- else -%}
    select
        *,
        {{ build_time() }} as assigned_at
    from components
    {%- endif %}

)

select * from assigned
