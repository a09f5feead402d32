{#- Where a customer was seen last: what defaults go by. -#}
with

ranked as (

    select
        components.customer_id,
        linked.region,
        row_number() over (
            partition by components.customer_id
            order by linked.last_seen_at desc, linked.region asc
        ) as place
    from {{ ref('int_visitor_days__linked') }} as linked
    inner join {{ ref('int_identity__components') }} as components
        on coalesce(linked.user_key, linked.email_key, linked.visitor_id)
        = components.pseudonym
    where linked.region is not null

)

select
    customer_id,
    region
from ranked
where place = 1
