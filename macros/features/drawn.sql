{#- The order that samples are drawn in: by the hash of the customer's id, so that a draw
    is the same every time. -#}
{% macro draw_order() -%}
    md5(cast(customer_id as varchar)), customer_id
{%- endmacro %}

{#- The segment features of customers as of the latest date, in natural units: of all,
    or of as many as `size` says. -#}
{% macro select_drawn_features(size) -%}
with

drawn as (

    select
        customer_id,
        {{ var('segment_features').keys() | join(',\n        ') }}
    from {{ ref('customer_features') }}
    where as_of_date = (
        select as_of_date from {{ ref('int_as_of__dates') }} where is_latest
    )
    order by {{ draw_order() }}
    limit {{ size }}

)

select
    cast(customer_id as varchar) as customer_id,
    {%- for name in var('segment_features') %}
    cast({{ name }} as double precision) as {{ name }}
    {%- if not loop.last %},{% endif %}
    {%- endfor %}
from drawn
{%- endmacro %}
