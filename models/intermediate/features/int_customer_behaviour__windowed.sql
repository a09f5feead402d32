{#- What customer_days says of each customer as of each date of the spine, over all time
    and over the last 7, 28 and 90 days. -#}
{%- set of_all_time = ['session_count', 'page_view_count', 'support_contact_count',
    'feedback_count', 'order_count', 'cancellation_count', 'item_count', 'sold_amount',
    'discount', 'revenue', 'browsed_order_count'] -%}
{%- set of_90_days = ['session_count', 'search_count', 'product_view_count',
    'add_to_cart_count', 'checkout_count', 'feature_use_count', 'support_contact_count',
    'email_click_count', 'order_count', 'revenue'] + session_mix().keys() | list -%}
with

{%- for place in as_of_places() %}

as_of_{{ place }} as (

    select
        days.customer_id,
        dates.as_of_date,
        min(dates.age_days) as recency_days,
        max(dates.age_days) as tenure_days,
        min(case when days.order_count > 0 then dates.age_days end)
            as order_recency_days,
        max(case when days.order_count > 0 then dates.age_days end)
            as order_tenure_days,
        count(*) as active_days,
        sum(case when dates.age_days <= 7 then 1 else 0 end) as active_days_7,
        sum(case when dates.age_days <= 28 then 1 else 0 end) as active_days_28,
        sum(case when dates.age_days > 28 and dates.age_days <= 56 then 1 else 0 end)
            as active_days_28_before,
        sum(case when dates.age_days <= 90 then 1 else 0 end) as active_days_90,
        sum(case when dates.age_days <= 90 and dates.is_weekend then 1 else 0 end)
            as weekend_days_90,
        sum(case
            when dates.age_days <= 90 and days.add_to_cart_count > 0 then 1 else 0
        end) as cart_days_90,
        sum(case
            when
                dates.age_days <= 90 and days.add_to_cart_count > 0
                and days.order_count = 0
                then 1
            else 0
        end) as abandoned_cart_days_90,
        sum(case when dates.age_days <= 28 then days.session_count else 0 end)
            as session_count_28,
        {%- for name in of_90_days %}
        sum(case when dates.age_days <= 90 then days.{{ name }} else 0 end)
            as {{ name }}_90,
        {%- endfor %}
        {%- for name in of_all_time %}
        sum(days.{{ name }}) as {{ name }},
        {%- endfor %}
        sum(days.days_since_previous_order * days.days_since_previous_order)
            as squared_order_gaps,
        sum(cast(days.browse_seconds as decimal(18, 6))) as browse_seconds,
        sum(cast(days.engaged_seconds as decimal(18, 6))) as engaged_seconds,
        sum(dates.season_cosine) as season_cosine,
        sum(dates.season_sine) as season_sine
    from {{ ref('customer_days') }} as days
    inner join {{ ref('int_as_of__days') }} as dates
        on days.activity_date = dates.activity_date
    where dates.place = {{ place }}
    group by 1, 2

),

{%- endfor %}

windowed as (

    {%- for place in as_of_places() %}
    select * from as_of_{{ place }}
    {% if not loop.last %}union all{% endif %}
    {%- endfor %}

)

select * from windowed
