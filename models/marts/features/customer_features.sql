{%- set behaviours = ['active_days_7', 'active_days_28', 'session_count_90',
    'search_count_90', 'product_view_count_90', 'add_to_cart_count_90',
    'feature_use_count_90', 'support_contact_count'] -%}
with

behaviour as (

    select * from {{ ref('int_customer_behaviour__windowed') }}

),

purchases as (

    select * from {{ ref('int_customer_orders__windowed') }}

),

customer_features as (

    select
        behaviour.customer_id,
        behaviour.as_of_date,
        cast(behaviour.recency_days as bigint) as recency_days,
        cast(behaviour.tenure_days as bigint) as tenure_days,
        {%- for name in behaviours %}
        cast(behaviour.{{ name }} as bigint) as {{ name }},
        {%- endfor %}
        {{ ratio('behaviour.page_view_count', 'behaviour.session_count') }}
            as page_views_per_session,
        {{ ratio('behaviour.engaged_seconds / 60', 'behaviour.session_count') }}
            as engaged_minutes_per_session,
        cast(coalesce(purchases.order_count, 0) as bigint) as order_count,
        cast(purchases.order_recency_days as bigint) as order_recency_days,
        case
            when purchases.order_count > 1 then {{ ratio(
                'purchases.order_tenure_days - purchases.order_recency_days',
                'purchases.order_count - 1') }}
        end as days_between_orders,
        cast(coalesce(purchases.revenue, 0) as decimal(18, 4)) as revenue,
        {{ ratio('purchases.sold_amount', 'purchases.order_count') }}
            as average_order_value,
        {{ ratio('purchases.discount_amount',
            'purchases.sold_amount + purchases.discount_amount') }} as discount_ratio,
        {{ ratio('purchases.cancellation_count',
            'purchases.order_count + purchases.cancellation_count') }} as refund_ratio,
        cast(coalesce(purchases.category_count, 0) as bigint) as category_count
    from behaviour
    left join purchases
        on behaviour.customer_id = purchases.customer_id
        and behaviour.as_of_date = purchases.as_of_date

)

select * from customer_features
