{#- What is known of the customers of each segment in the units of the features; what
    is missing does not count. Wide first: one pass over the customers. -#}
{{ config(materialized='table') }}
{%- set features = var('segment_features').keys() | list -%}
with

scored as (

    select
        customer_segments.segment_id,
        customer_segments.model_version,
        {%- for name in features %}
        cast(customer_features.{{ name }} as double precision) as {{ name }}
        {%- if not loop.last %},{% endif %}
        {%- endfor %}
    from {{ ref('customer_segments') }} as customer_segments
    inner join {{ ref('int_segments__counted') }} as counted
        on customer_segments.segment_id = counted.segment_id
        and customer_segments.model_version = counted.model_version
    inner join {{ ref('customer_features') }} as customer_features
        on customer_segments.customer_id = customer_features.customer_id
        and customer_segments.as_of_date = customer_features.as_of_date

),

{%- for group in ['segment_id', 'cast(null as bigint)'] %}
widened_{{ loop.index }} as (

    select
        {{ group }} as segment_id,
        {%- for name in features %}
        {{ median_of(name) }} as median_{{ name }},
        {{ exact_average(name) }} as mean_{{ name }}{% if not loop.last %},{% endif %}
        {%- endfor %}
    from scored
    group by 1

),
{%- endfor %}

widened as (

    select * from widened_1
    union all
    select * from widened_2

)

{%- for name in features %}
select
    segment_id,
    '{{ name }}' as feature,
    cast(median_{{ name }} as double precision) as median_value,
    mean_{{ name }} as mean_value
from widened
{% if not loop.last %}union all{% endif %}
{%- endfor %}
