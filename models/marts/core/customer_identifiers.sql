with

components as (

    select * from {{ ref('int_identity__components') }}

)

select
    customer_id,
    identifier_kind,
    pseudonym,
    first_seen_at,
    last_seen_at
from components
