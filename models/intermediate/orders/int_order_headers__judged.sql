{#- The latest version of an order is the one that counts. -#}
with

ranked as (

    select
        *,
        row_number() over (
            partition by source, order_id, invalid_reason is null
            order by
                updated_at desc nulls last,
                received_at desc nulls last,
                {{ key_of(['status', 'user_key', 'visitor_id', 'email_key', 'channel',
                    'payment_method', 'currency', 'ordered_at']) }} asc,
                input_name asc,
                copy_number asc
        ) as place
    from {{ ref('int_order_headers__delivered') }}

),

judged as (

    select
        source,
        input_name,
        order_id,
        user_key,
        visitor_id,
        email_key,
        status,
        channel,
        payment_method,
        currency,
        {{ bucket_of_unusable(
            'invalid_reason', "case when place > 1 then 'duplicate' else 'kept' end") }}
            as bucket,
        case
            when invalid_reason is not null then invalid_reason
            when place > 1 then 'an older version of the order'
        end as reason,
        ordered_at,
        received_at
    from ranked

)

select * from judged
