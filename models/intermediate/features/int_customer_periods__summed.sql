{#- What counts over all time, added up between the dates of the spine: as of a date,
    all periods up to it are added up instead of all days. The date that was scored
    last cuts the period that it lies in. -#}
{{ config(materialized='table') }}
{%- set counts = ['session_count', 'page_view_count', 'support_contact_count',
    'feedback_count', 'order_count', 'cancellation_count', 'sold_or_cancelled_count',
    'browsed_order_count'] -%}
{%- set amounts = ['item_count', 'sold_amount', 'discount', 'revenue'] -%}
with

periods as (

    select
        days.customer_id,
        dates.place,
        dates.is_before_last_scoring,
        count(*) as active_days,
        {%- for name in counts %}
        cast(sum(cast(days.{{ name }} as double precision)) as bigint) as {{ name }},
        {%- endfor %}
        cast(sum({{ squared('days.days_since_previous_order') }}) as bigint)
            as squared_order_gaps,
        {%- for name in amounts %}
        cast(sum(days.{{ name }}) as decimal(18, 4)) as {{ name }},
        {%- endfor %}
        {%- for name in ['browse_seconds', 'engaged_seconds'] %}
        cast(sum(cast(days.{{ name }} as decimal(18, 6))) as decimal(18, 6))
            as {{ name }},
        {%- endfor %}
        {%- for name in ['season_cosine', 'season_sine'] %}
        cast(sum(dates.{{ name }}) as decimal(18, 9)) as {{ name }},
        {%- endfor %}
        min(days.activity_date) as first_active_date,
        max(days.activity_date) as last_active_date,
        min(case when days.order_count > 0 then days.activity_date end)
            as first_order_date,
        max(case when days.order_count > 0 then days.activity_date end)
            as last_order_date
    from {{ ref('customer_days') }} as days
    inner join {{ ref('int_as_of__days') }} as dates
        on days.activity_date = dates.activity_date
    where dates.is_nearest
    group by 1, 2, 3

)

select * from periods
