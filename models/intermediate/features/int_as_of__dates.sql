{#- The dates that features are computed as of: the var, else the day after the
    last day with behaviour. Only what happened before the date counts. -#}
with

as_of as (

    {% if var('as_of') -%}
    select cast('{{ var("as_of") }}' as date) as as_of_date
    {%- else -%}
    select {{ days_after('max(activity_date)', 1) }} as as_of_date
    from {{ ref('customer_days') }}
    {%- endif %}

)

select * from as_of
where as_of_date is not null
