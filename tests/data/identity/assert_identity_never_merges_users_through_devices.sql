-- A family's tablet must not make one person of the family. Two users are one customer
-- only through an e-mail that they share, and not through one that a whole office
-- shares.
with

components as (

    select * from {{ ref('int_identity__components') }}
    where identifier_kind = 'user_id'

),

merged as (

    select
        pseudonym,
        customer_id,
        count(*) over (partition by customer_id) as user_count
    from components

),

addresses as (

    select
        left_key as email_key,
        right_key as user_key,
        count(*) over (partition by left_key) as user_count
    from {{ ref('int_identity__edges') }}
    where is_left_person and is_right_person

),

shared as (

    select
        ones.user_key,
        components.customer_id
    from addresses as ones
    inner join addresses as others
        on ones.email_key = others.email_key
        and ones.user_key != others.user_key
    inner join components on others.user_key = components.pseudonym
    where ones.user_count <= {{ var('max_users_per_email') }}

)

select
    merged.customer_id,
    merged.pseudonym
from merged
left join shared
    on merged.pseudonym = shared.user_key
    and merged.customer_id = shared.customer_id
where merged.user_count > 1 and shared.user_key is null
