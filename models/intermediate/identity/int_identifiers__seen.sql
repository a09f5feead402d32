{#- Every identifier of a used event or order, with its kind and when it was seen. -#}
with

linked as (

    select
        visitor_id,
        user_key,
        device_key,
        session_key,
        email_key,
        event_count,
        first_seen_at,
        last_seen_at
    from {{ ref('int_identifiers__linked') }}

    union all

    select
        visitor_id,
        user_key,
        null as device_key,
        null as session_key,
        email_key,
        count(*) as event_count,
        min(ordered_at) as first_seen_at,
        max(ordered_at) as last_seen_at
    from {{ ref('int_order_lines__priced') }}
    group by 1, 2, 3, 4, 5

)

select * from linked
