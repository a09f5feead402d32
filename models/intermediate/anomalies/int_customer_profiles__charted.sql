{#- The customers on the maps: the most unusual anomalies, up to half of them, and
    others drawn by the hash of their id. -#}
{%- set size = whole_number('anomaly_map_sample_size', least=0, most=50000) -%}
with

ranked as (

    select
        customer_id,
        is_anomaly,
        row_number() over (
            partition by is_anomaly order by score desc, customer_id asc
        ) as place
    from {{ ref('customer_anomalies') }}

),

drawn as (

    select
        customer_id,
        case when is_anomaly and place <= {{ size }} / 2 then 0 else 1 end as turn
    from ranked
    order by
        case when is_anomaly and place <= {{ size }} / 2 then 0 else 1 end,
        {{ draw_order() }}
    limit {{ size }}

)

select profiles.*
from {{ ref('int_customer_profiles__measured') }} as profiles
inner join drawn on profiles.customer_id = drawn.customer_id
