{#- The events that are used: delivered, usable and not set aside. A view, so that the
    event grain is written once. -#}
with

delivered as (

    select * from {{ ref('int_events__delivered') }}
    where invalid_reason is null

),

set_aside as (

    select * from {{ ref('int_events__set_aside') }}

),

accepted as (

    select delivered.*
    from delivered
    left join set_aside
        on delivered.source = set_aside.source
        and delivered.event_id = set_aside.event_id
        and delivered.copy_number = set_aside.copy_number
    where set_aside.event_id is null

)

select * from accepted
