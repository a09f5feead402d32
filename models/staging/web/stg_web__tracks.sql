{{ config(enabled=is_enabled('web')) }}
with

source as (

    select * from {{ raw_table('web', 'tracks') }}

),

renamed as (

    select
        {{ parsed('id', 'varchar') }} as event_id,
        {{ parsed('event', 'varchar') }} as event_name,
        {{ parsed('user_id', 'varchar') }} as user_id,
        {{ parsed('anonymous_id', 'varchar') }} as anonymous_id,
        {{ parsed('context_device_id', 'varchar') }} as device_id,
        {{ parsed('context_session_id', 'varchar') }} as client_session_id,
        {{ parsed('page_view_id', 'varchar') }} as page_view_id,
        {{ parsed('url', 'varchar') }} as page_url,
        {{ parsed('product_id', 'varchar') }} as product_id,
        {{ parsed('category', 'varchar') }} as category,
        {{ parsed('currency', 'varchar') }} as currency,
        {{ parsed('order_id', 'varchar') }} as order_id,
        {{ parsed('feature', 'varchar') }} as feature_name,
        {{ parsed('experiment_id', 'varchar') }} as experiment_id,
        {{ parsed('experiment_arm', 'varchar') }} as experiment_arm,
        {{ parsed('context_user_agent', 'varchar') }} as user_agent,
        {{ web_region('tracks') }} as region,
        {{ web_opt_out_signal('tracks') }} as opt_out_signal,
        {{ parsed('context_ip', 'varchar') }} as ip,
        {{ parsed('quantity', 'decimal(18, 4)') }} as quantity,
        {{ parsed('price', 'decimal(18, 4)') }} as unit_price,
        {{ parsed('engaged_seconds', 'decimal(18, 4)') }} as engaged_seconds,
        {{ parsed('scroll_ratio', 'decimal(18, 4)') }} as scroll_ratio,
        {{ parsed('original_timestamp', 'timestamp') }} as device_created_at,
        {{ parsed('sent_at', 'timestamp') }} as sent_at,
        {{ parsed('received_at', 'timestamp') }} as received_at,
        'web.tracks' as input_name,
        {{ unparsable({
            'quantity': 'decimal(18, 4)',
            'price': 'decimal(18, 4)',
            'engaged_seconds': 'decimal(18, 4)',
            'scroll_ratio': 'decimal(18, 4)',
            'original_timestamp': 'timestamp',
            'sent_at': 'timestamp',
            'received_at': 'timestamp',
        }) }} as unparsable_column
    from source

)

select * from renamed
