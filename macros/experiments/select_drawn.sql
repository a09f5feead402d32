{#- The same units with their arm. The hash of experiment and unit decides; where arms
    are cut within segments, the units of a segment stand in the order of their hash,
    and the arms are cut out of that row, which begins at a random place so that a row
    of one is as likely in each arm as it should be. -#}
{% macro select_drawn(units) -%}
    {%- set place = unit_interval_of(
        "'arm:' || units.experiment_id || ':' || cast(units.unit_id as varchar)"
    ) -%}
    {%- set start = unit_interval_of(
        "'start:' || experiment_id || ':' || cast(first_unit_id as varchar)"
    ) -%}
    select
        placed.experiment_id,
        placed.unit_id,
        placed.customer_id,
        arms.arm,
        placed.segment_id,
        placed.assigned_at
    from (
        select
            units.experiment_id,
            units.unit_id,
            units.customer_id,
            units.segment_id,
            units.assigned_at,
            {{ place }} as place
        from {{ units }} as units
        where not units.is_stratified
        union all
        select
            experiment_id,
            unit_id,
            customer_id,
            segment_id,
            assigned_at,
            (row_number - 1 + {{ start }}) / row_count as place
        from (
            select
                hashed.*,
                row_number() over (
                    partition by experiment_id, segment_id order by place, unit_id
                ) as row_number,
                count(*) over (partition by experiment_id, segment_id) as row_count,
                first_value(unit_id) over (
                    partition by experiment_id, segment_id order by place, unit_id
                ) as first_unit_id
            from (
                select
                    units.*,
                    {{ place }} as place
                from {{ units }} as units
                where units.is_stratified
            ) as hashed
        ) as numbered
    ) as placed
    inner join {{ ref('int_experiment_arms__described') }} as arms
        on placed.experiment_id = arms.experiment_id
        and placed.place >= arms.share_from
        and (placed.place < arms.share_to or arms.share_to = 1)
{%- endmacro %}
