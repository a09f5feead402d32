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

adopted as (

    select max(model_version) as model_version from names

),

totals as (

    select
        customer_segments.segment_id,
        customer_segments.model_version,
        count(*) as customer_count,
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
        names.first_feature,
        names.second_feature,
        names.third_feature,
        coalesce(totals.customer_count, 0) as customer_count,
        cast(coalesce(totals.customer_count, 0) as double precision)
        / nullif(sum(totals.customer_count) over (), 0) as customer_share,
        cast(totals.typical_recency_days as double precision) as typical_recency_days,
        cast(totals.typical_order_count as double precision) as typical_order_count,
        totals.typical_revenue,
        cast(coalesce(totals.revenue, 0) as decimal(18, 4)) as revenue
    from names
    inner join adopted on names.model_version = adopted.model_version
    left join totals
        on names.model_version = totals.model_version
        and names.segment_id = totals.segment_id

)

select * from segments
