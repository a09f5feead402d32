{#- An assignment that was made elsewhere is known from when it was made: the event that
    shows it. Without an experiment or an arm it is none. -#}
{{ config(enabled=is_enabled('files')) }}
with

assignments as (

    select
        source,
        experiment_id,
        experiment_arm,
        user_id,
        anonymous_id,
        device_id,
        assigned_at,
        received_at,
        input_name,
        coalesce(
            unparsable_column,
            case
                when experiment_id is null then 'experiment_id'
                when experiment_arm is null then 'experiment_arm'
            end
        ) as unparsable_column
    from {{ ref('stg_files__assignments') }}

),

mapped as (

    select
        {{ select_canonical('events', [
            'source', 'user_id', 'anonymous_id', 'device_id', 'experiment_id',
            'experiment_arm', 'received_at',
        ], {'event_type': "'campaign_exposure'", 'occurred_at': 'assigned_at'}) }}
    from assignments

)

select * from mapped
