{#- The last day with any activity may not be over: only a fixed as_of says that all of
    the days before it are known. Weeks begin on Monday; those that are not whole are
    none. -#}
{%- do require_sound_trend_settings() -%}
{{ config(materialized='table') }}
{%- set unfinished_days = 1 if var('as_of') else 2 -%}
with

bounds as (

    select
        (select min(activity_date) from {{ ref('customer_days') }}) as first_date,
        max({{ days_after('as_of_date', -unfinished_days) }}) as last_date
    from {{ ref('int_as_of__dates') }}
    where is_latest

),

days as (

    {{ select_days('bounds', 'first_date', 'last_date') | indent(4) }}

),

periods as (

    select
        'day' as grain,
        calendar_date as period_start_date,
        cast({{ local_day_hours('calendar_date') }} as double precision) as hour_count
    from days

    union all

    select
        'week' as grain,
        {{ week_start('calendar_date') }} as period_start_date,
        sum(cast({{ local_day_hours('calendar_date') }} as double precision))
            as hour_count
    from days
    group by 1, 2
    having count(*) = 7

)

select
    periods.grain,
    periods.period_start_date,
    periods.hour_count,
    {{ days_after('periods.period_start_date',
        "case periods.grain when 'day' then 0 else 6 end") }} as period_end_date,
    bounds.first_date
from periods
cross join bounds
