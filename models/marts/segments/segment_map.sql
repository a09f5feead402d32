with

embeddings as (

    select * from {{ ref('segment_embeddings') }}

),

customer_segments as (

    select * from {{ ref('customer_segments') }}

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
