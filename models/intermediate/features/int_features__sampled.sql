{#- The customers that fits are made on: all, or as many as segment_sample_size says,
    drawn by the hash of their id, so that the draw is the same every time. Values are
    natural: what scales them is kept with each fit. -#}
with

customer_features as (

    select * from {{ ref('customer_features') }}
    where as_of_date = (select max(as_of_date) from {{ ref('int_as_of__dates') }})

),

ranked as (

    select
        *,
        row_number() over (
            order by md5(cast(customer_id as varchar)), customer_id
        ) as place
    from customer_features

),

sampled as (

    select
        cast(customer_id as varchar) as customer_id,
        {%- for name in var('segment_features') %}
        cast({{ name }} as double precision) as {{ name }}
        {%- if not loop.last %},{% endif %}
        {%- endfor %}
    from ranked
    where place <= {{ var('segment_sample_size') }}

)

select * from sampled
