{#- Everybody as of the latest date: the features that anomalies are looked for in,
    natural, empty where nothing is known, and all measures of days, for the rules. What
    is of days counts all days before the date. -#}
{{ config(materialized='table') }}
{%- do require_sound_anomaly_settings() -%}
{%- set own = day_measures() -%}
{%- set of_features = var('anomaly_features').keys() | reject('in', own) | list -%}
with

latest as (

    select as_of_date from {{ ref('int_as_of__dates') }} where is_latest

),

customer_features as (

    select * from {{ ref('customer_features') }}
    where as_of_date = (select as_of_date from latest)

),

days as (

    select
        customer_id,
        {%- for name, measure in own.items() %}
        cast({{ measure.sql }} as double precision) as {{ name }}
        {%- if not loop.last %},{% endif %}
        {%- endfor %}
    from {{ ref('customer_days') }}
    where activity_date < (select as_of_date from latest)
    group by 1

)

select
    customer_features.customer_id,
    customer_features.as_of_date,
    {%- for name in of_features %}
    cast(customer_features.{{ name }} as double precision) as {{ name }},
    {%- endfor %}
    {%- for name in own %}
    days.{{ name }}{% if not loop.last %},{% endif %}
    {%- endfor %}
from customer_features
left join days on customer_features.customer_id = days.customer_id
