{#- Squared distance of every customer to every centroid of the adopted model, in
    its own scaled space. An empty slot is infinitely far away. -#}
{%- set features = var('segment_features') -%}
{%- set slots = range(1, most_segments() + 1) -%}
with

parameters as (

    select * from {{ ref('int_segment_parameters__widened') }}

),

transformed as (

    select * from {{ ref('int_features__transformed') }}

),

scaled as (

    select
        transformed.customer_id,
        transformed.as_of_date,
        {%- for name in features %}
        {{ scaled_value('transformed.' ~ name, 'parameters.' ~ name) }} as {{ name }},
        {%- endfor %}
        {%- for slot in slots %}
        parameters.slot_{{ slot }}_segment_id,
        {%- for name in features %}
        parameters.slot_{{ slot }}_{{ name }},
        {%- endfor %}
        {%- endfor %}
        parameters.model_version
    from transformed
    cross join parameters

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
