{{ config(enabled=is_enabled('support')) }}
with

source as (

    select * from {{ raw_table('support', 'chats') }}

),

renamed as (

    select
        {{ parsed('chat_id', 'varchar') }} as chat_id,
        {{ parsed('user_id', 'varchar') }} as user_id,
        {{ parsed('anonymous_id', 'varchar') }} as anonymous_id,
        {{ parsed('topic', 'varchar') }} as topic,
        {{ parsed('duration_seconds', 'decimal(18, 4)') }} as duration_seconds,
        {{ parsed('started_at', 'timestamp') }} as started_at,
        {{ parsed('received_at', 'timestamp') }} as received_at,
        'support.chats' as input_name,
        {{ unparsable({
            'duration_seconds': 'decimal(18, 4)',
            'started_at': 'timestamp',
            'received_at': 'timestamp',
        }) }} as unparsable_column
    from source

)

select * from renamed
