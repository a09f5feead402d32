{#- What came after, apart from the features, so that nobody learns from it by mistake.
    A window that has not ended yet says nothing. Days are joined by equality: a range
    would look at every pair. -#}
{%- set windows = [30, 60, 90] -%}
{%- set types = {'active_days': 'bigint', 'session_count': 'bigint',
    'order_count': 'bigint', 'revenue': 'decimal(18, 4)'} -%}
{%- set measures = {'active_days': '1', 'session_count': 'days.session_count',
    'order_count': 'days.order_count', 'revenue': 'days.revenue'} -%}
with

dates as (

    select * from {{ ref('int_as_of__dates') }}

),

following as (

    select distinct
        dates.as_of_date,
        days.activity_date,
        {{ days_between('dates.as_of_date', 'days.activity_date') }} as days_after
    from {{ ref('customer_days') }} as days
    inner join dates
        on days.activity_date >= dates.as_of_date
        and days.activity_date < {{ days_after('dates.as_of_date', 90) }}

),

totals as (

    select
        days.customer_id,
        {%- for window in windows %}
        {%- for name, value in measures.items() %}
        sum(case when following.days_after < {{ window }} then {{ value }} else 0 end)
            as {{ name }}_{{ window }},
        {%- endfor %}
        {%- endfor %}
        following.as_of_date
    from {{ ref('customer_days') }} as days
    inner join following on days.activity_date = following.activity_date
    group by days.customer_id, following.as_of_date

)

select
    features.customer_id,
    {%- for window in windows %}
    {%- for name in measures %}
    case
        when {{ days_after('features.as_of_date', window) }} <= dates.observed_until
            then cast(coalesce(totals.{{ name }}_{{ window }}, 0) as {{ types[name] }})
    end as {{ name }}_{{ window }},
    {%- endfor %}
    {%- endfor %}
    features.as_of_date
from {{ ref('customer_features') }} as features
inner join dates on features.as_of_date = dates.as_of_date
left join totals
    on features.customer_id = totals.customer_id
    and features.as_of_date = totals.as_of_date
