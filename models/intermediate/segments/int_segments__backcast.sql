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

placed as (

    {{ select_placed('transformed', ref('int_segment_parameters__widened'))
        | indent(4) }}

)

select * from placed
