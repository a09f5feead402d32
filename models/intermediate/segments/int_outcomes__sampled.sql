{#- The customers that tests and intervals are made on: all, or as many as
    validation_sample_size says, drawn by the hash of their id. -#}
with

ranked as (

    select
        *,
        row_number() over (order by {{ draw_order() }}) as place
    from {{ ref('int_outcomes__measured') }}

)

select
    cast(customer_id as varchar) as customer_id,
    segment_id,
    rfm_segment,
    {%- for kpi in validation_kpis('window_days') %}
    cast({{ kpi }}_part as double precision) as {{ kpi }}_part,
    cast({{ kpi }}_base as double precision) as {{ kpi }}_base,
    {%- endfor %}
    window_days
from ranked
where place <= {{ whole_number('validation_sample_size') }}
