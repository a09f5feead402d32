{#- How many buyers lie up to a value: what quantiles are read off. Equal values are
    counted once. A window per measure: one over all three took DuckDB ten times as
    long. -#}
with

buyers as (

    select
        {%- for measure in rfm_measures() %}
        cast({{ measure }} as double precision) as {{ measure }},
        {%- endfor %}
        as_of_date
    from {{ ref('int_buyers__measured') }}

),

cumulated as (

    {%- for measure in rfm_measures() %}
    select
        as_of_date,
        '{{ measure }}' as measure,
        {{ measure }} as value,
        cast(sum(count(*)) over (
            partition by as_of_date order by {{ measure }}
            rows between unbounded preceding and current row
        ) as bigint) as customer_count_up_to,
        cast(sum(count(*)) over (partition by as_of_date) as bigint) as customer_count
    from buyers
    group by as_of_date, {{ measure }}
    {% if not loop.last %}union all{% endif %}
    {%- endfor %}

)

select * from cumulated
