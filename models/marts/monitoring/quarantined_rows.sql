with

events as (

    select
        source,
        'events' as dataset,
        input_name,
        event_id as row_id,
        event_name as row_type,
        invalid_reason as reason,
        occurred_at,
        received_at
    from {{ ref('int_events__delivered') }}
    where invalid_reason != 'erased'

),

others as (

    select
        source,
        dataset,
        input_name,
        row_id,
        row_type,
        reason,
        occurred_at,
        received_at
    from {{ ref('int_rows__bucketed') }}
    where dataset != 'events' and bucket = 'invalid'

),

quarantined_rows as (

    select * from events
    union all
    select * from others

)

select * from quarantined_rows
