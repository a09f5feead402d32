{{ config(enabled=is_enabled('support')) }}
with

source as (

    select * from {{ raw_table('support', 'feedback') }}

),

renamed as (

    select
        {{ parsed('feedback_id', 'varchar') }} as feedback_id,
        {{ parsed('user_id', 'varchar') }} as user_id,
        {{ parsed('topic', 'varchar') }} as topic,
        {{ parsed('score', 'decimal(18, 4)') }} as score,
        {{ parsed('submitted_at', 'timestamp') }} as submitted_at,
        {{ parsed('received_at', 'timestamp') }} as received_at,
        'support.feedback' as input_name,
        {{ unparsable({
            'score': 'decimal(18, 4)',
            'submitted_at': 'timestamp',
            'received_at': 'timestamp',
        }) }} as unparsable_column
    from source

)

select * from renamed
