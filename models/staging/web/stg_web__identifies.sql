{{ config(enabled=is_enabled('web')) }}
with

source as (

    select * from {{ raw_table('web', 'identifies') }}

),

renamed as (

    select
        {{ parsed('id', 'varchar') }} as event_id,
        {{ parsed('user_id', 'varchar') }} as user_id,
        {{ parsed('anonymous_id', 'varchar') }} as anonymous_id,
        {{ parsed('context_device_id', 'varchar') }} as device_id,
        {{ parsed('context_session_id', 'varchar') }} as client_session_id,
        {{ parsed('email', 'varchar') }} as email,
        {{ parsed('context_user_agent', 'varchar') }} as user_agent,
        {{ web_region('identifies') }} as region,
        {{ web_opt_out_signal('identifies') }} as opt_out_signal,
        {{ parsed('context_ip', 'varchar') }} as ip,
        {{ parsed('original_timestamp', 'timestamp') }} as device_created_at,
        {{ parsed('sent_at', 'timestamp') }} as sent_at,
        {{ parsed('received_at', 'timestamp') }} as received_at,
        'web.identifies' as input_name,
        {{ unparsable({
            'original_timestamp': 'timestamp',
            'sent_at': 'timestamp',
            'received_at': 'timestamp',
        }) }} as unparsable_column
    from source

)

select * from renamed
