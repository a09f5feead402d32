-- Amounts are added up as they are: with several currencies the sums mean nothing until
-- they are converted before staging.
{{ config(severity='warn') }}
with

currencies as (

    select
        currency,
        count(*) as line_count
    from {{ ref('order_lines') }}
    group by 1

),

counted as (

    select
        *,
        count(*) over () as currency_count
    from currencies

)

select * from counted
where currency_count > 1
