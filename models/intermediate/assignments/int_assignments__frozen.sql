{#- Written once: whoever has an arm keeps it, whatever becomes of the definition. It is
    kept through a full refresh, since what customers saw cannot be assigned again. -#}
{{ config(
    materialized='incremental',
    incremental_strategy='append',
    full_refresh=false,
    pre_hook="{{ forget_unknown_members('unit_id') }}",
) }}
-- depends_on: {{ ref('identifiers') }}
with

drawn as (

    select * from {{ ref('int_holdouts__drawn') }}
    union all
    select * from {{ ref('int_experiments__drawn') }}

)

select
    drawn.experiment_id,
    drawn.unit_id,
    drawn.arm,
    cast(drawn.segment_id as bigint) as segment_id,
    experiments.definition_key,
    drawn.assigned_at
from drawn
inner join {{ ref('int_experiments__described') }} as experiments
    on drawn.experiment_id = experiments.experiment_id
