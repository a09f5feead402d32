{#- Units that have no arm yet, within the slice of the layer. A customer who has an arm
    under any identifier keeps it; who is in another experiment of the layer, at the
    same time, stays there. -#}
{%- set place_in_layer = unit_interval_of(
    "'layer:' || experiments.layer || ':' || cast(enrolled.unit_id as varchar)"
) %}
with

experiments as (

    select * from {{ ref('int_experiments__described') }}

),

recalled as (

    select
        recalled.*,
        experiments.layer,
        experiments.start_date,
        experiments.end_date
    from {{ ref('int_assignments__recalled') }} as recalled
    inner join experiments on recalled.experiment_id = experiments.experiment_id

),

units as (

    select
        enrolled.*,
        experiments.unit,
        experiments.layer,
        experiments.is_stratified,
        experiments.is_holdout,
        experiments.start_date,
        experiments.end_date
    from {{ ref('int_units__enrolled') }} as enrolled
    inner join experiments on enrolled.experiment_id = experiments.experiment_id
    where
        experiments.layer is null
        or (
            {{ place_in_layer }} >= experiments.slice_from
            and {{ place_in_layer }} < experiments.slice_to
        )

),

awaiting as (

    select
        units.experiment_id,
        units.unit_id,
        units.customer_id,
        units.segment_id,
        units.is_stratified,
        units.is_holdout,
        units.assigned_at
    from units
    where
        not exists (
            select 1
            from recalled
            where
                recalled.experiment_id = units.experiment_id
                and recalled.unit_id = units.unit_id
        )
        and not exists (
            select 1
            from recalled
            where
                units.unit = 'customer'
                and recalled.experiment_id = units.experiment_id
                and recalled.customer_id = units.customer_id
        )
        and not exists (
            select 1
            from recalled
            where
                recalled.layer = units.layer
                and recalled.experiment_id != units.experiment_id
                and recalled.customer_id = units.customer_id
                and recalled.start_date < units.end_date
                and recalled.end_date > units.start_date
        )

)

select * from awaiting
