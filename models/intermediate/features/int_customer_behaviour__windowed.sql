{#- What customer_days says of each customer as of a date. -#}
{%- set counted_90 = ['session_count', 'search_count', 'product_view_count',
    'add_to_cart_count', 'feature_use_count'] -%}
with

as_of as (

    select * from {{ ref('int_as_of__dates') }}

),

days as (

    select
        customer_days.*,
        as_of.as_of_date,
        {{ days_between('customer_days.activity_date', 'as_of.as_of_date') }}
            as age_days
    from {{ ref('customer_days') }} as customer_days
    inner join as_of on customer_days.activity_date < as_of.as_of_date

),

behaviour as (

    select
        customer_id,
        as_of_date,
        min(age_days) as recency_days,
        max(age_days) as tenure_days,
        sum(case when age_days <= 7 then 1 else 0 end) as active_days_7,
        sum(case when age_days <= 28 then 1 else 0 end) as active_days_28,
        sum(session_count) as session_count,
        {%- for name in counted_90 %}
        sum(case when age_days <= 90 then {{ name }} else 0 end) as {{ name }}_90,
        {%- endfor %}
        sum(page_view_count) as page_view_count,
        sum(cast(engaged_seconds as decimal(18, 6))) as engaged_seconds,
        sum(support_contact_count) as support_contact_count
    from days
    group by 1, 2

)

select * from behaviour
