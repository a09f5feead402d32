{#- Which segments are too small to tell, and which would give those away: with a total
    known, the smallest are hidden until there are two and they hold as many customers
    as one that is published. A shop with one small segment has nothing beside it to
    hide, and no total that could be published either. -#}
{{ config(materialized='table') }}
{%- set least = minimum_cell_size() -%}
with

counted as (

    select
        names.segment_id,
        names.model_version,
        count(scored.customer_id) as customer_count
    from {{ ref('segment_names') }} as names
    inner join {{ ref('int_segment_models__adopted') }} as adopted
        on names.model_version = adopted.model_version
    left join {{ ref('customer_segments') }} as scored
        on names.model_version = scored.model_version
        and names.segment_id = scored.segment_id
    group by 1, 2

),

ranked as (

    select
        *,
        sum(case when customer_count between 1 and {{ least - 1 }} then 1 else 0 end)
            over () as small_count,
        row_number() over (order by customer_count, segment_id) as place,
        sum(customer_count) over (
            order by customer_count, segment_id
            rows between unbounded preceding and current row
        ) as sum_so_far
    from counted
    where customer_count > 0

)

select
    cast(counted.segment_id as bigint) as segment_id,
    cast(counted.model_version as bigint) as model_version,
    cast(counted.customer_count as bigint) as customer_count,
    coalesce(
        ranked.small_count > 0
        and (
            ranked.customer_count < {{ least }}
            or ranked.place <= 2
            or ranked.sum_so_far - ranked.customer_count < {{ least }}
        ), false
    ) as is_suppressed
from counted
left join ranked on counted.segment_id = ranked.segment_id
