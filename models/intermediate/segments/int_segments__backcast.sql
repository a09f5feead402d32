{#- Where the adopted model would have placed everybody at every date of the spine: what
    is compared over time is compared by one model. -#}
{{ config(materialized='table') }}
with

transformed as (

    select
        customer_id,
        as_of_date,
        {{ transformed_features() | indent(8) }}
    from {{ ref('customer_features') }}

),

measured as (

    {{ select_measured('transformed', ref('int_segment_parameters__widened'))
        | indent(4) }}

),

placed as (

    select
        *,
        {{ nearest_slot(nearest_distance()) | indent(8) }} as slot
    from measured

)

select
    customer_id,
    as_of_date,
    {{ segment_in('slot') }} as segment_id,
    cast(model_version as bigint) as model_version
from placed
