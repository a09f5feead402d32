{#- How many buyers lie up to a value: what quantiles are read off. Equal values are
    counted once, so that a million buyers are a few thousand rows. -#}
with

buyers as (

    select * from {{ ref('int_buyers__measured') }}

),

counted as (

    {%- for measure in rfm_measures() %}
    select
        as_of_date,
        '{{ measure }}' as measure,
        cast({{ measure }} as double precision) as value,
        count(*) as customer_count
    from buyers
    group by 1, 2, 3
    {% if not loop.last %}union all{% endif %}
    {%- endfor %}

),

cumulated as (

    select
        as_of_date,
        measure,
        value,
        cast(sum(customer_count) over (
            partition by as_of_date, measure order by value
            rows between unbounded preceding and current row
        ) as bigint) as customer_count_up_to,
        cast(sum(customer_count) over (partition by as_of_date, measure) as bigint)
            as customer_count
    from counted

)

select * from cumulated
