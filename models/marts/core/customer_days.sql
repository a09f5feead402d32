{%- set sums = ['event_count'] + counted_event_types().keys() | list -%}
{%- set counts = ['session_count'] + sums + session_mix().keys() | list -%}
with

session_days as (

    select
        coalesce(users.customer_id, visitors.customer_id) as customer_id,
        days.*
    from {{ ref('int_session_days__classified') }} as days
    left join {{ ref('int_identity__components') }} as users
        on days.user_key = users.pseudonym
    left join {{ ref('int_visitors__held') }} as visitors
        on {{ is_held_at('visitors', 'days.visitor_id', 'days.ended_at') }}

),

behaviour as (

    select
        customer_id,
        activity_date,
        sum(case when is_first_day then 1 else 0 end) as session_count,
        {%- for count in sums %}
        sum({{ count }}) as {{ count }},
        {%- endfor %}
        {%- for count, condition in session_mix().items() %}
        sum(case when is_first_day and {{ condition }} then 1 else 0 end) as {{ count }},
        {%- endfor %}
        sum(engaged_seconds) as engaged_seconds
    from session_days
    group by 1, 2

),

purchases as (

    select * from {{ ref('int_purchase_days__measured') }}

),

customer_days as (

    select
        coalesce(behaviour.customer_id, purchases.customer_id) as customer_id,
        coalesce(behaviour.activity_date, purchases.activity_date) as activity_date,
        {%- for count in counts %}
        cast(coalesce(behaviour.{{ count }}, 0) as bigint) as {{ count }},
        {%- endfor %}
        {%- for count in ['order_count', 'cancellation_count',
            'sold_or_cancelled_count', 'browsed_order_count'] %}
        cast(coalesce(purchases.{{ count }}, 0) as bigint) as {{ count }},
        {%- endfor %}
        purchases.days_since_previous_order,
        cast(
            coalesce(behaviour.engaged_seconds, 0) as double precision
        ) as engaged_seconds,
        cast(purchases.browse_seconds as double precision) as browse_seconds,
        {%- for amount in ['item_count', 'sold_amount', 'discount', 'revenue'] %}
        cast(coalesce(purchases.{{ amount }}, 0) as decimal(18, 4)) as {{ amount }}
        {%- if not loop.last %},{% endif %}
        {%- endfor %}
    from behaviour
    full outer join purchases
        on behaviour.customer_id = purchases.customer_id
        and behaviour.activity_date = purchases.activity_date

)

select * from customer_days
