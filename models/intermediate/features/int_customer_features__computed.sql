{#- Sums become features. What nothing can be said of is null, not 0, and models say how
    they fill it; but for the ratios that segments have always been made of (macro
    ratio), which are 0 where there is nothing to divide by. -#}
{%- set counts = ['active_days_7', 'active_days_28', 'active_days_90',
    'session_count_90', 'search_count_90', 'product_view_count_90',
    'add_to_cart_count_90', 'checkout_count_90', 'feature_use_count_90',
    'support_contact_count_90', 'email_click_count_90', 'order_count_90',
    'support_contact_count', 'feedback_count', 'order_count'] -%}
with

summed as (

    select
        *,
        sqrt({{ squared('season_cosine') }} + {{ squared('season_sine') }})
            as season_length,
        cast(order_count - 1 as double precision) as gap_count,
        cast(order_tenure_days - order_recency_days as double precision) as gap_days,
        least(greatest(tenure_days, 7), 28) / 7.0 as observed_weeks,
        least(greatest(tenure_days, 30), 90) / 30.0 as observed_months,
        greatest(order_tenure_days, 30) / 30.0 as ordering_months
    from {{ ref('int_customer_behaviour__windowed') }}

),

behaviour as (

    select
        *,
        (squared_order_gaps - gap_days * gap_days / nullif(gap_count, 0))
        / nullif(gap_count - 1, 0) as gap_variance
    from summed

),

items as (

    select * from {{ ref('int_customer_items__windowed') }}

),

accumulated as (

    select * from {{ ref('int_customer_items__accumulated') }}

),

customer_features as (

    select
        behaviour.customer_id,
        behaviour.place,
        behaviour.as_of_date,
        cast(recency_days as bigint) as recency_days,
        cast(tenure_days as bigint) as tenure_days,
        {%- for name in counts %}
        cast({{ name }} as bigint) as {{ name }},
        {%- endfor %}
        cast(session_count_28 / observed_weeks as double precision)
            as sessions_per_week,
        cast(session_count_90 / observed_months as double precision)
            as sessions_per_month,
        {{ share_of('active_days_28 - active_days_28_before',
            'active_days_28 + active_days_28_before') }} as activity_trend,
        case when tenure_days >= 365 then least(season_length / active_days, 1) end
            as seasonality_index,
        {{ ratio('page_view_count', 'session_count') }} as page_views_per_session,
        {{ ratio('engaged_seconds / 60', 'session_count') }}
            as engaged_minutes_per_session,
        {{ share_of('abandoned_cart_days_90', 'cart_days_90') }}
            as cart_abandonment_ratio_90,
        cast(coalesce(feature_breadth_90, 0) as bigint) as feature_breadth_90,
        feature_entropy_90,
        cast(coalesce(category_breadth_90, 0) as bigint) as category_breadth_90,
        category_entropy_90,
        {{ share_of('weekend_days_90', 'active_days_90') }} as weekend_ratio_90,
        {%- for name in session_mix() %}
        {{ share_of(name ~ '_90', 'session_count_90') }}
            as {{ name | replace('_count', '_ratio_90') }},
        {%- endfor %}
        {{ share_of('score_sum', 'score_count') }} as feedback_score,
        cast(order_recency_days as bigint) as order_recency_days,
        case
            when order_count > 0
                then cast(order_count / ordering_months as double precision)
        end as orders_per_month,
        case when gap_count > 0 then gap_days / gap_count end as days_between_orders,
        case
            when gap_count > 1 and gap_days > 0
                then sqrt(greatest(gap_variance, 0)) * gap_count / gap_days
        end as order_interval_variation,
        {{ share_of('browse_seconds / 3600', 'browsed_order_count') }}
            as browse_to_purchase_hours,
        cast(revenue as decimal(18, 4)) as revenue,
        cast(revenue_90 as decimal(18, 4)) as revenue_90,
        {{ ratio('sold_amount', 'order_count') }} as average_order_value,
        {{ share_of('item_count', 'order_count') }} as items_per_order,
        {{ ratio('discount', 'sold_amount + discount') }} as discount_ratio,
        {{ ratio('cancellation_count', 'sold_or_cancelled_count') }} as refund_ratio,
        cast(coalesce(category_count, 0) as bigint) as category_count,
        unsettled.customer_id is null as is_identity_settled
    from behaviour
    left join items
        on behaviour.customer_id = items.customer_id
        and behaviour.place = items.place
    left join accumulated
        on behaviour.customer_id = accumulated.customer_id
        and behaviour.place = accumulated.place
    left join {{ ref('int_identities__unsettled') }} as unsettled
        on behaviour.customer_id = unsettled.customer_id
        and behaviour.place = unsettled.place

)

select * from customer_features
