{#- Where the model that scored last places those who are in another segment now, by
    what is known today: at the date that it scored, and at the latest. -#}
with

moved as (

    select recalled.customer_id
    from {{ ref('int_segment_memberships__recalled') }} as recalled
    inner join {{ ref('customer_segments') }} as scored
        on recalled.customer_id = scored.customer_id
        and recalled.segment_id != scored.segment_id

),

dates as (

    select * from {{ ref('int_features__recalled') }}
    union all
    select * from {{ ref('int_features__transformed') }}

),

customers as (

    select dates.*
    from dates
    inner join moved on dates.customer_id = moved.customer_id

),

placed as (

    {{ select_placed('customers', ref('int_segment_parameters__recalled'))
        | indent(4) }}

)

select * from placed
