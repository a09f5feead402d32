{{ config(enabled=is_enabled('support')) }}
with

source as (

    select * from {{ raw_table('support', 'tickets') }}

),

renamed as (

    select
        {{ parsed('ticket_id', 'varchar') }} as ticket_id,
        {{ parsed('user_id', 'varchar') }} as user_id,
        {{ parsed('email', 'varchar') }} as email,
        {{ parsed('channel', 'varchar') }} as channel,
        {{ parsed('topic', 'varchar') }} as topic,
        {{ parsed('status', 'varchar') }} as status,
        {{ parsed('created_at', 'timestamp') }} as created_at,
        {{ parsed('received_at', 'timestamp') }} as received_at,
        'support.tickets' as input_name,
        {{ unparsable({
            'created_at': 'timestamp',
            'received_at': 'timestamp',
        }) }} as unparsable_column
    from source

)

select * from renamed
