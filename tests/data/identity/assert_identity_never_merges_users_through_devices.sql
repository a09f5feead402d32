-- A family's tablet must not make one person of the family. Two users are one customer
-- only through what people have in common (an e-mail, a match of a rule), and not
-- through what a crowd has in common.
with

users as (

    select
        pseudonym,
        customer_id,
        count(*) over (partition by customer_id) as user_count
    from {{ ref('int_identity__components') }}
    where identifier_kind = 'user_id'

),

counted as (

    select
        left_key,
        right_key,
        count(*) over (partition by left_key) as people_count,
        sum(case when right_kind = 'user_id' then 1 else 0 end) over (
            partition by left_key
        ) as user_count,
        {{ max_group_size(
            "case when left_kind = 'match_key' then edge_kind else left_kind end"
        ) }} as max_people_count
    from {{ ref('int_identity__edges') }}
    where edge_role = 'people'

),

common as (

    select * from counted
    where user_count <= max_people_count

),

tied as (

    select common.right_key as user_key
    from common
    left join common as matches on common.left_key = matches.right_key
    where common.people_count > 1 or matches.left_key is not null

)

select
    users.customer_id,
    users.pseudonym
from users
left join tied on users.pseudonym = tied.user_key
where users.user_count > 1 and tied.user_key is null
