{{ config(enabled=is_enabled('shop')) }}
with

source as (

    select * from {{ raw_table('shop', 'orders') }}

),

renamed as (

    select
        {{ parsed('order_id', 'varchar') }} as order_id,
        {{ parsed('user_id', 'varchar') }} as user_id,
        {{ parsed('anonymous_id', 'varchar') }} as anonymous_id,
        {{ parsed('email', 'varchar') }} as email,
        {{ parsed('status', 'varchar') }} as status,
        {{ parsed('channel', 'varchar') }} as channel,
        {{ parsed('payment_method', 'varchar') }} as payment_method,
        {{ parsed('currency', 'varchar') }} as currency,
        {{ parsed('ordered_at', 'timestamp') }} as ordered_at,
        {{ parsed('updated_at', 'timestamp') }} as updated_at,
        {{ parsed('received_at', 'timestamp') }} as received_at,
        'shop.orders' as input_name,
        {{ unparsable({
            'ordered_at': 'timestamp',
            'updated_at': 'timestamp',
            'received_at': 'timestamp',
        }) }} as unparsable_column
    from source

)

select * from renamed
