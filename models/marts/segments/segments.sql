{#- Numbers of a segment that is too small to tell, or would give away one that is, are
    null. -#}
with

customer_segments as (

    select * from {{ ref('customer_segments') }}

),

customer_features as (

    select * from {{ ref('customer_features') }}

),

names as (

    select * from {{ ref('segment_names') }}

),

counted as (

    select * from {{ ref('int_segments__counted') }}

),

told as (

    select
        segment_id,
        max(case when feature_rank = 1 then phrase end) as first_feature,
        max(case when feature_rank = 2 then phrase end) as second_feature,
        max(case when feature_rank = 3 then phrase end) as third_feature
    from {{ ref('segment_profiles') }}
    where is_telling
    group by 1

),

totals as (

    select
        customer_segments.segment_id,
        customer_segments.model_version,
        {{ median_of('customer_features.recency_days') }} as typical_recency_days,
        {{ median_of('customer_features.order_count') }} as typical_order_count,
        {{ median_of('cast(customer_features.revenue as double precision)') }}
            as typical_revenue,
        sum(customer_features.revenue) as revenue
    from customer_segments
    inner join customer_features
        on customer_segments.customer_id = customer_features.customer_id
        and customer_segments.as_of_date = customer_features.as_of_date
    group by 1, 2

),

segments as (

    select
        cast(names.segment_id as bigint) as segment_id,
        names.segment_name,
        cast(names.model_version as bigint) as model_version,
        told.first_feature,
        told.second_feature,
        told.third_feature,
        counted.customer_count,
        cast(counted.customer_count as double precision)
        / nullif(sum(counted.customer_count) over (), 0) as customer_share,
        cast(totals.typical_recency_days as double precision) as typical_recency_days,
        cast(totals.typical_order_count as double precision) as typical_order_count,
        totals.typical_revenue,
        cast(coalesce(totals.revenue, 0) as decimal(18, 4)) as revenue,
        counted.is_suppressed
    from counted
    inner join names
        on counted.model_version = names.model_version
        and counted.segment_id = names.segment_id
    left join told on counted.segment_id = told.segment_id
    left join totals
        on counted.model_version = totals.model_version
        and counted.segment_id = totals.segment_id

)

select
    segment_id,
    segment_name,
    model_version,
    first_feature,
    second_feature,
    third_feature,
    {%- for name in ['customer_count', 'customer_share', 'typical_recency_days',
        'typical_order_count', 'typical_revenue', 'revenue'] %}
    case when not is_suppressed then {{ name }} end as {{ name }},
    {%- endfor %}
    is_suppressed
from segments
