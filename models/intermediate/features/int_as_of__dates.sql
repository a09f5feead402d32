{#- The spine: the dates that features are computed as of. The latest is the var, else
    the day after the last event or order; before it come the first days of the last
    history_months months. Only what happened before a date counts. -#}
{{ config(materialized='table') }}
{%- set is_date = modules.re.match('\\d{4}-\\d\\d-\\d\\d', var('as_of') | string) -%}
{%- if var('as_of') and not is_date -%}
    {{ exceptions.raise_compiler_error(
        "as_of must be a date like 2025-03-01, got: " ~ var('as_of')
    ) }}
{%- endif %}
{%- set months = whole_number('history_months', least=0) %}
with

days as (

    select activity_date from {{ ref('customer_days') }}
    union all
    select {{ local_date('ordered_at') }} as activity_date from {{ ref('orders') }}

),

active as (

    select
        min(activity_date) as first_date,
        max(activity_date) as last_date
    from days

),

latest as (

    select
        first_date,
        last_date,
        {% if var('as_of') -%}
        cast('{{ var("as_of") }}' as date) as as_of_date
        {%- else -%}
        {{ days_after('last_date', 1) }} as as_of_date
        {%- endif %}
    from active

),

dates as (

    select
        as_of_date,
        true as is_latest,
        greatest(as_of_date, {{ days_after('last_date', 1) }}) as observed_until
    from latest
    {%- for month in range(months + 1) %}
    union all
    select
        {{ month_start('as_of_date', month) }} as as_of_date,
        false as is_latest,
        greatest(as_of_date, {{ days_after('last_date', 1) }}) as observed_until
    from latest
    where
        {{ month_start('as_of_date', month) }} < as_of_date
        and {{ month_start('as_of_date', month) }} > first_date
    {%- endfor %}

),

numbered as (

    select
        *,
        row_number() over (order by as_of_date desc) as place
    from dates
    where as_of_date is not null

)

select
    as_of_date,
    lag(as_of_date) over (order by as_of_date) as previous_as_of_date,
    place,
    is_latest,
    observed_until
from numbered
where place <= {{ months + 1 }}
