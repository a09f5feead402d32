{#- The nearest centroid wins; of equally near ones the lowest segment id. -#}
{%- set slots = range(1, most_segments() + 1) -%}
with

measured as (

    select
        *,
        {{ nearest_distance() }} as nearest
    from {{ ref('int_customers__measured') }}

),

placed as (

    select
        *,
        {{ nearest_slot('nearest') | indent(8) }} as slot
    from measured

),

ranked as (

    select
        *,
        least(
            {%- for slot in slots %}
            case when slot = {{ slot }} then 1e300 else distance_{{ slot }} end
            {%- if not loop.last %},{% endif %}
            {%- endfor %}
        ) as second_nearest
    from placed

),

chosen as (

    select
        customer_id,
        as_of_date,
        model_version,
        {{ segment_in('slot') | indent(8) }} as segment_id,
        case
            {%- for slot in slots %}
            when slot != {{ slot }} and distance_{{ slot }} = second_nearest
                and slot_{{ slot }}_segment_id is not null
                then slot_{{ slot }}_segment_id
            {%- endfor %}
        end as runner_up_segment_id,
        sqrt(nearest) as distance,
        case when second_nearest < 1e300 then sqrt(second_nearest) - sqrt(nearest) end
            as margin
    from ranked

)

select
    chosen.customer_id,
    chosen.as_of_date,
    chosen.segment_id,
    names.segment_name,
    cast(chosen.runner_up_segment_id as bigint) as runner_up_segment_id,
    cast(chosen.model_version as bigint) as model_version,
    chosen.distance,
    chosen.margin
from chosen
left join {{ ref('segment_names') }} as names
    on chosen.model_version = names.model_version
    and chosen.segment_id = names.segment_id
