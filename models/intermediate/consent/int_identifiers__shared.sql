{#- Cookies and devices that several users were named with: a yes said there speaks for
    none of them. -#}
with

ranked as (

    select
        seen_key,
        named_at,
        row_number() over (partition by seen_key order by named_at, user_key) as place
    from {{ ref('int_users__named') }}
    where seen_kind = 'held'

)

select
    seen_key,
    named_at as shared_at
from ranked
where place = 2
