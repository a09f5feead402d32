{#- Built after the memberships: a scoring that is not in the log was not finished, and
    the next build rewinds to the last one that is (macro rewind_memberships). -#}
-- depends_on: {{ ref('segment_memberships') }}
{{ config(
    materialized='incremental',
    incremental_strategy='delete+insert',
    unique_key='as_of_date',
    full_refresh=false,
) }}
with

scorings as (

    select as_of_date from {{ ref('int_scorings__recalled') }}

),

logged as (

    select
        scorings.as_of_date,
        cast(adopted.model_version as bigint) as model_version,
        {{ build_time() }} as scored_at
    from scorings
    cross join {{ ref('int_segment_models__adopted') }} as adopted

)

select * from logged
