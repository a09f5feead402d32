with

embeddings as (

    select * from {{ ref('anomaly_embeddings') }}

),

customer_anomalies as (

    select * from {{ ref('customer_anomalies') }}

)

select
    customer_anomalies.customer_id,
    customer_anomalies.as_of_date,
    embeddings.method,
    customer_anomalies.kind,
    customer_anomalies.agreement,
    embeddings.x,
    embeddings.y,
    customer_anomalies.score,
    customer_anomalies.is_anomaly
from embeddings
inner join customer_anomalies
    on cast(embeddings.customer_id as uuid) = customer_anomalies.customer_id
