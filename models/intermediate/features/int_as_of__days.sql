{#- Every day with activity before every as-of date, and what a feature wants to know of
    it: customer days are joined to it by equality, since a range would look at every
    pair. The day's place in the year is a point on a circle. -#}
{{ config(materialized='table') }}
{%- set angle = '2 * pi() * ' ~ day_of_year('days.activity_date') ~ ' / 365.25' -%}
with

days as (

    select distinct activity_date from {{ ref('customer_days') }}

),

calendar as (

    select
        dates.as_of_date,
        dates.place,
        days.activity_date,
        {{ days_between('days.activity_date', 'dates.as_of_date') }} as age_days,
        cast(cos({{ angle }}) as decimal(12, 9)) as season_cosine,
        cast(sin({{ angle }}) as decimal(12, 9)) as season_sine,
        {{ is_weekend('days.activity_date') }} as is_weekend,
        dates.place = max(dates.place) over (
            partition by days.activity_date
        ) as is_nearest,
        min(dates.place) over (
            partition by days.activity_date
        ) = 0 as is_before_last_scoring
    from days
    inner join {{ ref('int_as_of__computed') }} as dates
        on days.activity_date < dates.as_of_date

)

select * from calendar
