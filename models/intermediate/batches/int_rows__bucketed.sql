{#- Every row of every input with the one bucket it went to. -#}
with

events as (

    select
        delivered.source,
        delivered.input_name,
        delivered.event_id as row_id,
        delivered.event_name as row_type,
        {{ bucket_of_unusable(
            'delivered.invalid_reason', "coalesce(set_aside.bucket, 'kept')") }}
            as bucket,
        coalesce(delivered.invalid_reason, set_aside.reason) as reason,
        delivered.occurred_at,
        delivered.received_at
    from {{ ref('int_events__delivered') }} as delivered
    left join {{ ref('int_events__set_aside') }} as set_aside
        on delivered.source = set_aside.source
        and delivered.event_id = set_aside.event_id
        and delivered.copy_number = set_aside.copy_number

),

consents as (

    select
        *,
        row_number() over (
            partition by
                source, subject_key, purpose, changed_at, status, invalid_reason
            order by input_name, copy_number
        ) as place
    from {{ ref('int_consents__delivered') }}

),

bucketed as (

    select
        'events' as dataset,
        source,
        input_name,
        row_id,
        row_type,
        bucket,
        reason,
        occurred_at,
        received_at
    from events

    union all

    select
        'order_lines' as dataset,
        source,
        input_name,
        concat_ws(' ', order_id, line_id) as row_id,
        status as row_type,
        bucket,
        reason,
        ordered_at,
        received_at
    from {{ ref('int_order_lines__judged') }}

    union all

    select
        'order_headers' as dataset,
        source,
        input_name,
        order_id as row_id,
        status as row_type,
        bucket,
        reason,
        ordered_at,
        received_at
    from {{ ref('int_order_headers__judged') }}

    union all

    select
        'consents' as dataset,
        source,
        input_name,
        cast(subject_key as varchar) as row_id,
        purpose as row_type,
        {{ bucket_of_unusable(
            'invalid_reason', "case when place > 1 then 'duplicate' else 'kept' end") }}
            as bucket,
        coalesce(
            invalid_reason, case when place > 1 then 'repeated change' end
        ) as reason,
        changed_at,
        cast(null as timestamp) as received_at
    from consents

)

select * from bucketed
