with

bucketed as (

    select * from {{ ref('int_rows__bucketed') }}

),

quarantined_rows as (

    select
        source,
        dataset,
        input_name,
        row_id,
        row_type,
        reason,
        occurred_at,
        received_at
    from bucketed
    where bucket = 'invalid'

)

select * from quarantined_rows
