{#- Customers as of dates beside a model: per slot its segment and the squared distance to
    its centroid, in the model's own scaled space. An empty slot is infinitely far away.
    `customers` are transformed features, `parameters` one wide row. -#}
{% macro select_measured(customers, parameters) -%}
{%- set features = var('segment_features') -%}
{%- set slots = range(1, most_segments() + 1) -%}
with

scaled as (

    select
        customers.customer_id,
        customers.as_of_date,
        {%- for name in features %}
        {{ scaled_value('customers.' ~ name, 'parameters.' ~ name) | indent(8) }}
            as {{ name }},
        {%- endfor %}
        {%- for slot in slots %}
        parameters.slot_{{ slot }}_segment_id,
        {%- for name in features %}
        parameters.slot_{{ slot }}_{{ name }},
        {%- endfor %}
        {%- endfor %}
        parameters.model_version
    from {{ customers }} as customers
    cross join {{ parameters }} as parameters

),

measured as (

    select
        customer_id,
        as_of_date,
        model_version,
        {%- for slot in slots %}
        slot_{{ slot }}_segment_id,
        case
            when slot_{{ slot }}_segment_id is null then 1e300
            else
                {%- for name in features %}
                ({{ name }} - coalesce(slot_{{ slot }}_{{ name }}, 0))
                * ({{ name }} - coalesce(slot_{{ slot }}_{{ name }}, 0))
                {%- if not loop.last %} +{% endif %}
                {%- endfor %}
        end as distance_{{ slot }}{% if not loop.last %},{% endif %}
        {%- endfor %}
    from scaled

)

select * from measured
{%- endmacro %}

{#- Where a model places customers: as above, down to the segment. -#}
{% macro select_placed(customers, parameters) -%}
with

measured as (

    {{ select_measured(customers, parameters) | indent(4) }}

),

placed as (

    select
        *,
        {{ nearest_slot(nearest_distance()) | indent(8) }} as slot
    from measured

)

select
    customer_id,
    as_of_date,
    {{ segment_in('slot') }} as segment_id,
    cast(model_version as bigint) as model_version
from placed
{%- endmacro %}

{#- The slot of the nearest centroid; of equally near ones the first, which is that of the
    lowest segment id. -#}
{% macro nearest_slot(nearest) -%}
    case
        {%- for slot in range(1, most_segments() + 1) %}
        when distance_{{ slot }} = {{ nearest }} then {{ slot }}
        {%- endfor %}
    end
{%- endmacro %}

{#- The smallest of the distances. -#}
{% macro nearest_distance() -%}
    least(
        {%- for slot in range(1, most_segments() + 1) -%}
        distance_{{ slot }}{% if not loop.last %}, {% endif %}
        {%- endfor -%}
    )
{%- endmacro %}

{#- The segment in a slot. -#}
{% macro segment_in(slot) -%}
    cast(case {{ slot }}
        {%- for number in range(1, most_segments() + 1) %}
        when {{ number }} then slot_{{ number }}_segment_id
        {%- endfor %}
    end as bigint)
{%- endmacro %}
