{#- The customers that the fit is made on: all, or as many as segment_sample_size
    says, drawn by the hash of their id, so that the draw is the same every time. -#}
with

scaled as (

    select * from {{ ref('int_features__scaled') }}

),

ranked as (

    select
        *,
        row_number() over (
            order by md5(cast(customer_id as varchar)), customer_id
        ) as place
    from scaled

),

sampled as (

    select
        cast(customer_id as varchar) as customer_id,
        {{ var('segment_features').keys() | join(',\n        ') }}
    from ranked
    where place <= {{ var('segment_sample_size') }}

)

select * from sampled
