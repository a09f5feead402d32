{#- The customers that the maps show: all, or as many as map_sample_size says, drawn by
    the hash of their id, so that the draw is the same every time. Values are natural:
    the adopted model says how they are scaled. -#}
with

sampled as (

    select
        customer_id,
        {{ var('segment_features').keys() | join(',\n        ') }}
    from {{ ref('customer_features') }}
    where as_of_date = (
        select as_of_date from {{ ref('int_as_of__dates') }} where is_latest
    )
    order by md5(cast(customer_id as varchar)), customer_id
    limit {{ map_sample_size() }}

)

select
    cast(customer_id as varchar) as customer_id,
    {%- for name in var('segment_features') %}
    cast({{ name }} as double precision) as {{ name }}
    {%- if not loop.last %},{% endif %}
    {%- endfor %}
from sampled
