{#- Read off the log of assignments. Customer and time are joined as one key: many
    customers share the time of a build, and an engine that joins by it alone drowns. A customer that nobody is left of was merged into
    one that was there before, or renamed to one that was not; a new customer beside
    one that stays was split off. What else changes hands was moved. -#}
with

assigned as (

    select
        pseudonym,
        customer_id,
        lag(customer_id) over (partition by pseudonym order by assigned_at)
            as previous_customer_id,
        assigned_at
    from {{ ref('int_identity__assigned') }}

),

movements as (

    select
        customer_id,
        assigned_at,
        1 as gained_count,
        0 as lost_count
    from assigned
    where customer_id is not null
    union all
    select
        previous_customer_id as customer_id,
        assigned_at,
        0 as gained_count,
        1 as lost_count
    from assigned
    where previous_customer_id is not null

),

sizes as (

    select
        {{ key_of(['customer_id', 'assigned_at']) }} as size_key,
        sum(gained_count - lost_count) as change_count,
        sum(sum(gained_count - lost_count)) over (
            partition by customer_id order by assigned_at
            rows between unbounded preceding and current row
        ) as identifier_count
    from movements
    group by customer_id, assigned_at

),

changes as (

    select
        previous_customer_id as from_customer_id,
        customer_id as to_customer_id,
        count(*) as moved_count,
        count(*) over (partition by customer_id, assigned_at) as from_customer_count,
        assigned_at as changed_at
    from assigned
    where previous_customer_id != customer_id
    group by previous_customer_id, customer_id, assigned_at

),

identity_changes as (

    select
        {{ key_of(['from_customer_id', 'to_customer_id', 'changed_at']) }}
            as identity_change_id,
        changes.from_customer_id,
        changes.to_customer_id,
        case
            when
                donors.identifier_count = 0
                and (
                    receivers.identifier_count > receivers.change_count
                    or changes.from_customer_count > 1
                )
                then 'merged'
            when donors.identifier_count = 0 then 'renamed'
            when receivers.identifier_count > receivers.change_count then 'moved'
            else 'split'
        end as change_kind,
        changes.moved_count as identifier_count,
        changes.changed_at
    from changes
    inner join sizes as donors
        on {{ key_of(['from_customer_id', 'changed_at']) }} = donors.size_key
    inner join sizes as receivers
        on {{ key_of(['to_customer_id', 'changed_at']) }} = receivers.size_key

)

select * from identity_changes
