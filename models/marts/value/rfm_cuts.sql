{#- A quantile (type 7) lies between two neighbours of the sorted values. Not by the
    engine's own function: it may miss a price that many customers share by the last
    bit, and with it the bin of whoever meets the cut. -#}
{%- set shares = {1: 0.2, 2: 0.4, 3: 0.6, 4: 0.8} -%}
with

positioned as (

    select
        *,
        {%- for number, share in shares.items() %}
        (customer_count - 1) * cast({{ share }} as double precision)
            as position_{{ number }}{% if not loop.last %},{% endif %}
        {%- endfor %}
    from {{ ref('int_rfm_values__cumulated') }}

),

neighbours as (

    select
        as_of_date,
        measure,
        {%- for number in shares %}
        {%- set position = 'position_' ~ number %}
        min(case when customer_count_up_to > floor({{ position }}) then value end)
            as lower_{{ number }},
        min(case when customer_count_up_to > ceil({{ position }}) then value end)
            as upper_{{ number }},
        max({{ position }} - floor({{ position }})) as share_{{ number }},
        {%- endfor %}
        min(value) as smallest_value,
        max(value) as largest_value,
        max(customer_count) as customer_count
    from positioned
    group by 1, 2

),

measures as (

    {%- for measure in rfm_measures() %}
    select
        as_of_date,
        '{{ measure }}' as measure
    from {{ ref('int_as_of__dates') }}
    {% if not loop.last %}union all{% endif %}
    {%- endfor %}

)

select
    measures.as_of_date,
    measures.measure,
    coalesce(neighbours.customer_count, 0) as customer_count,
    neighbours.smallest_value,
    {%- for number in shares %}
    {{ interpolated('neighbours.lower_' ~ number, 'neighbours.upper_' ~ number,
        'neighbours.share_' ~ number) | indent(4) }} + 1 as cut_{{ number }},
    {%- endfor %}
    neighbours.largest_value
from measures
left join neighbours
    on measures.as_of_date = neighbours.as_of_date
    and measures.measure = neighbours.measure
