{#- The rule of the R package rfm: four cuts per measure at the quantiles plus 1, a
    bin holds its lower cut, so equal values always share a score. -#}
{%- set measures = {'recency_days': 'recency', 'order_count': 'frequency',
    'revenue': 'monetary'} -%}
{%- set shares = [0.2, 0.4, 0.6, 0.8] -%}
with

customers as (

    select
        customer_id,
        as_of_date,
        order_recency_days as recency_days,
        order_count,
        revenue
    from {{ ref('int_customer_orders__windowed') }}
    where order_count > 0

),

cuts as (

    select
        as_of_date,
        {%- for measure in measures %}
        {%- for share in shares %}
        {{ quantile_of('cast(' ~ measure ~ ' as double precision)', share) }} + 1
            as {{ measure }}_cut_{{ loop.index }},
        {%- endfor %}
        {%- endfor %}
        count(*) as customer_count
    from customers
    group by 1

),

binned as (

    select
        customers.*,
        {%- for measure, name in measures.items() %}
        {%- set outer = loop %}
        1
        {%- for share in shares %}
        + case
            when customers.{{ measure }} < cuts.{{ measure }}_cut_{{ loop.index }}
                then 0
            else 1
        end
        {%- endfor %} as {{ name }}_bin{% if not outer.last %},{% endif %}
        {%- endfor %}
    from customers
    inner join cuts on customers.as_of_date = cuts.as_of_date

),

scored as (

    select
        customer_id,
        as_of_date,
        recency_days,
        order_count,
        revenue,
        6 - recency_bin as recency_score,
        frequency_bin as frequency_score,
        monetary_bin as monetary_score
    from binned

),

matched as (

    select
        scored.customer_id,
        scored.as_of_date,
        rules.rfm_segment,
        row_number() over (
            partition by scored.customer_id, scored.as_of_date order by rules.priority
        ) as place
    from scored
    inner join {{ ref('rfm_segment_rules') }} as rules
        on scored.recency_score between rules.recency_min and rules.recency_max
        and scored.frequency_score between rules.frequency_min and rules.frequency_max
        and scored.monetary_score between rules.monetary_min and rules.monetary_max

)

select
    scored.customer_id,
    scored.as_of_date,
    cast(scored.recency_days as bigint) as recency_days,
    cast(scored.order_count as bigint) as order_count,
    cast(scored.revenue as decimal(18, 4)) as revenue,
    cast(scored.recency_score as integer) as recency_score,
    cast(scored.frequency_score as integer) as frequency_score,
    cast(scored.monetary_score as integer) as monetary_score,
    cast(
        100 * scored.recency_score + 10 * scored.frequency_score
        + scored.monetary_score as integer
    ) as rfm_score,
    coalesce(matched.rfm_segment, 'Others') as rfm_segment
from scored
left join matched
    on scored.customer_id = matched.customer_id
    and scored.as_of_date = matched.as_of_date
    and matched.place = 1
