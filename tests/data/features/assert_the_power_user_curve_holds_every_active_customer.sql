-- The bars of a curve add up to the customers that were active at all, and with them
-- to all their active days.
with

active as (

    {%- for window in [7, 28] %}
    select
        as_of_date,
        {{ window }} as window_days,
        sum(case when active_days_{{ window }} > 0 then 1 else 0 end)
            as customer_count,
        sum(active_days_{{ window }}) as day_count
    from {{ ref('customer_features') }}
    group by 1, 2
    {% if not loop.last %}union all{% endif %}
    {%- endfor %}

),

curves as (

    select
        as_of_date,
        window_days,
        count(*) as row_count,
        sum(customer_count) as customer_count,
        sum(customer_count * active_days) as day_count,
        sum(customer_share) as customer_share,
        max(case when active_days = window_days then cumulative_share end) as all_share
    from {{ ref('power_user_curve') }}
    group by 1, 2

)

select
    curves.*,
    active.customer_count as active_customer_count,
    active.day_count as active_day_count
from curves
left join active
    on curves.as_of_date = active.as_of_date
    and curves.window_days = active.window_days
where
    curves.row_count != curves.window_days
    or curves.customer_count != coalesce(active.customer_count, 0)
    or curves.day_count != coalesce(active.day_count, 0)
    or (
        curves.customer_count > 0
        and (abs(curves.customer_share - 1) > 0.000001 or curves.all_share != 1)
    )
