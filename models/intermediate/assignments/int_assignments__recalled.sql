{#- Who is assigned already, as the table stands when it is read, with the customer that
    the unit belongs to today. -#}
with

frozen as (

    {{ select_left_behind('int_assignments__frozen', {
        'experiment_id': 'varchar', 'unit_id': 'uuid', 'arm': 'varchar',
        'segment_id': 'bigint', 'definition_key': 'varchar', 'assigned_at': 'timestamp',
    }) }}

),

recalled as (

    select
        frozen.experiment_id,
        frozen.unit_id,
        components.customer_id,
        frozen.arm,
        frozen.assigned_at
    from frozen
    inner join {{ ref('int_identity__components') }} as components
        on frozen.unit_id = components.pseudonym

)

select * from recalled
