{#- Every number of days has a row at every date, also where nobody came so often: the
    curve is drawn without filling gaps. -#}
{%- set windows = [7, 28] -%}
with

buckets as (

    {%- for window in windows %}
    {%- set last = loop.last %}
    {%- for days in range(1, window + 1) %}
    select
        {{ window }} as window_days,
        {{ days }} as active_days
    {% if not (last and loop.last) %}union all{% endif %}
    {%- endfor %}
    {%- endfor %}

),

counted as (

    {%- for window in windows %}
    select
        as_of_date,
        {{ window }} as window_days,
        active_days_{{ window }} as active_days,
        count(*) as customer_count
    from {{ ref('customer_features') }}
    where active_days_{{ window }} > 0
    group by 1, 2, 3
    {% if not loop.last %}union all{% endif %}
    {%- endfor %}

),

filled as (

    select
        as_of.as_of_date,
        buckets.window_days,
        buckets.active_days,
        coalesce(counted.customer_count, 0) as customer_count
    from {{ ref('int_as_of__dates') }} as as_of
    cross join buckets
    left join counted
        on as_of.as_of_date = counted.as_of_date
        and buckets.window_days = counted.window_days
        and buckets.active_days = counted.active_days

)

select
    as_of_date,
    window_days,
    active_days,
    customer_count,
    {{ ratio('customer_count',
        'sum(customer_count) over (partition by as_of_date, window_days)') }}
        as customer_share,
    {{ ratio(
        'sum(customer_count) over (partition by as_of_date, window_days '
        ~ 'order by active_days rows between unbounded preceding and current row)',
        'sum(customer_count) over (partition by as_of_date, window_days)'
    ) }} as cumulative_share
from filled
