{#- The dates that features are computed as of: the var, else the day after the last
    event or order. Only what happened before the date counts. -#}
{%- set is_date = modules.re.match('\\d{4}-\\d\\d-\\d\\d', var('as_of') | string) -%}
{%- if var('as_of') and not is_date -%}
    {{ exceptions.raise_compiler_error(
        "as_of must be a date like 2025-03-01, got: " ~ var('as_of')
    ) }}
{%- endif %}
with

last_days as (

    {% if var('as_of') -%}
    select {{ days_after("cast('" ~ var('as_of') ~ "' as date)", -1) }} as last_date
    {%- else -%}
    select max(activity_date) as last_date from {{ ref('customer_days') }}
    union all
    select max({{ local_date('ordered_at') }}) as last_date from {{ ref('orders') }}
    {%- endif %}

),

as_of as (

    select {{ days_after('max(last_date)', 1) }} as as_of_date
    from last_days

)

select * from as_of
where as_of_date is not null
