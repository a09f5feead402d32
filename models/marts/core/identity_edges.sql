with

judged as (

    select * from {{ ref('int_identity_edges__judged') }}

),

identity_edges as (

    select
        left_key as left_pseudonym,
        right_key as right_pseudonym,
        coalesce(
            left_customer_id, case when is_used then right_customer_id end
        ) as left_customer_id,
        right_customer_id,
        edge_kind,
        left_kind,
        right_kind,
        reason,
        cast(event_count as bigint) as event_count,
        is_used,
        first_seen_at,
        last_seen_at
    from judged

)

select * from identity_edges
