{#- Every number of customer_features at the latest as-of date, filled and transformed,
    one column each. -#}
with

customer_features as (

    select * from {{ ref('customer_features') }}

),

fills as (

    select * from {{ ref('int_feature_fills__measured') }}

),

natural_values as (

    select
        customer_features.customer_id,
        {%- for name in numeric_features() %}
        fills.{{ name }}_transform,
        coalesce(
            cast(customer_features.{{ name }} as double precision),
            fills.{{ name }}_fill
        ) as {{ name }},
        {%- endfor %}
        fills.as_of_date
    from customer_features
    inner join fills on customer_features.as_of_date = fills.as_of_date

),

filled as (

    select
        customer_id,
        {%- for name in numeric_features() %}
        case
            when {{ name }}_transform = 'log1p' then {{ logged_value(name) }}
            else {{ name }}
        end as {{ name }},
        {%- endfor %}
        as_of_date
    from natural_values

)

select * from filled
