with

components as (

    select * from {{ ref('int_identity__components') }}

),

customers as (

    select
        customer_id,
        count(*) as identifier_count,
        sum(case when identifier_kind = 'user_id' then 1 else 0 end) as user_count,
        max(case when identifier_kind in ('user_id', 'email') then 1 else 0 end) = 1
            as is_identified,
        min(first_seen_at) as first_seen_at,
        max(last_seen_at) as last_seen_at
    from components
    group by 1

)

select
    customer_id,
    identifier_count,
    cast(user_count as bigint) as user_count,
    is_identified,
    first_seen_at,
    last_seen_at
from customers
