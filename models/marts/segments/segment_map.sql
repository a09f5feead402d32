with

embeddings as (

    select * from {{ ref('segment_embeddings') }}

),

customer_segments as (

    select scored.*
    from {{ ref('customer_segments') }} as scored
    inner join {{ ref('int_as_of__dates') }} as as_of_dates
        on scored.as_of_date = as_of_dates.as_of_date
    where as_of_dates.is_latest

),

segment_map as (

    select
        customer_segments.customer_id,
        customer_segments.as_of_date,
        customer_segments.segment_id,
        customer_segments.segment_name,
        embeddings.method,
        customer_segments.model_version,
        embeddings.x,
        embeddings.y
    from embeddings
    inner join customer_segments
        on cast(embeddings.customer_id as uuid) = customer_segments.customer_id

)

select * from segment_map
