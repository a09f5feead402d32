{#- At each scoring a membership goes on, or ends and another one begins: only what
    changes is written. The history is kept through a full refresh, since what was
    known then cannot be computed again. -#}
{{ config(
    materialized='incremental',
    incremental_strategy='delete+insert',
    unique_key=['customer_id', 'valid_from'],
    full_refresh=false,
    pre_hook=[
        "{{ forget_unknown_members() }}",
        "{{ rewind_memberships() }}",
        "{{ reopen_memberships() }}",
        "{{ undo_scorings() }}",
    ],
) }}
-- depends_on: {{ ref('identifiers') }}
with

recalled as (

    select * from {{ ref('int_segment_memberships__recalled') }}

),

scored as (

    select * from {{ ref('customer_segments') }}

),

ended as (

    select
        recalled.customer_id,
        recalled.segment_id,
        recalled.model_version,
        recalled.cause,
        false as is_current,
        recalled.valid_from,
        scorings.as_of_date as valid_to
    from recalled
    cross join {{ ref('int_scorings__recalled') }} as scorings
    left join scored
        on recalled.customer_id = scored.customer_id
        and recalled.segment_id = scored.segment_id
    where scored.customer_id is null

),

begun as (

    select
        scored.customer_id,
        scored.segment_id,
        scored.model_version,
        explained.cause,
        true as is_current,
        scored.as_of_date as valid_from,
        cast(null as date) as valid_to
    from scored
    left join recalled
        on scored.customer_id = recalled.customer_id
        and scored.segment_id = recalled.segment_id
    left join {{ ref('int_segment_moves__explained') }} as explained
        on scored.customer_id = explained.customer_id
    where recalled.customer_id is null

),

segment_memberships as (

    select * from ended
    union all
    select * from begun

)

select * from segment_memberships
