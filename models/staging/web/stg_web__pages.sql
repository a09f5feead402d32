{{ config(enabled=is_enabled('web')) }}
with

source as (

    select * from {{ raw_table('web', 'pages') }}

),

renamed as (

    select
        {{ parsed('id', 'varchar') }} as event_id,
        {{ parsed('user_id', 'varchar') }} as user_id,
        {{ parsed('anonymous_id', 'varchar') }} as anonymous_id,
        {{ parsed('context_device_id', 'varchar') }} as device_id,
        {{ parsed('context_session_id', 'varchar') }} as client_session_id,
        {{ parsed('page_view_id', 'varchar') }} as page_view_id,
        {{ parsed('url', 'varchar') }} as page_url,
        {{ parsed('path', 'varchar') }} as page_path,
        {{ parsed('referrer', 'varchar') }} as referrer,
        {{ parsed('product_id', 'varchar') }} as product_id,
        {{ parsed('category', 'varchar') }} as category,
        {{ parsed('context_user_agent', 'varchar') }} as user_agent,
        {{ parsed('context_ip', 'varchar') }} as ip,
        {{ parsed('context_campaign_source', 'varchar') }} as utm_source,
        {{ parsed('context_campaign_medium', 'varchar') }} as utm_medium,
        {{ parsed('context_campaign_name', 'varchar') }} as utm_campaign,
        {{ web_region('pages') }} as region,
        {{ web_opt_out_signal('pages') }} as opt_out_signal,
        {{ parsed('original_timestamp', 'timestamp') }} as device_created_at,
        {{ parsed('sent_at', 'timestamp') }} as sent_at,
        {{ parsed('received_at', 'timestamp') }} as received_at,
        'web.pages' as input_name,
        {{ unparsable({
            'original_timestamp': 'timestamp',
            'sent_at': 'timestamp',
            'received_at': 'timestamp',
        }) }} as unparsable_column
    from source

)

select * from renamed
