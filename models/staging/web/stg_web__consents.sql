{{ config(enabled=is_enabled('web')) }}
with

source as (

    select * from {{ raw_table('web', 'consents') }}

),

renamed as (

    select
        {{ parsed('id', 'varchar') }} as consent_id,
        {{ parsed('user_id', 'varchar') }} as user_id,
        {{ parsed('anonymous_id', 'varchar') }} as anonymous_id,
        {{ parsed('purpose', 'varchar') }} as purpose,
        {{ parsed('status', 'varchar') }} as status,
        {{ parsed('policy_version', 'varchar') }} as policy_version,
        {{ parsed('changed_at', 'timestamp') }} as changed_at,
        'web.consents' as input_name,
        {{ unparsable({
            'changed_at': 'timestamp',
        }) }} as unparsable_column
    from source

)

select * from renamed
