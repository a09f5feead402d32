{#- On days on which several people were seen with one visitor, who was there when: the
    first and last time of a whole day do not tell. Such days are few. -#}
{{ config(
    materialized='incremental',
    incremental_strategy='append',
    pre_hook="{{ forget_touched_days() }}",
) }}
-- depends_on: {{ ref('int_visitor_days__touched') }}
with

shared_days as (

    select
        visitor_id,
        activity_date
    from {{ ref('int_visitor_days__linked') }}
    {%- if is_incremental() and not touches_everything() %}
    where {{ is_on_touched_day() }}
    {%- endif %}
    group by 1, 2
    having min(coalesce(user_key, email_key)) != max(coalesce(user_key, email_key))

),

logins as (

    select
        accepted.visitor_id,
        accepted.user_key,
        accepted.email_key,
        accepted.source,
        accepted.event_id,
        accepted.activity_date,
        accepted.occurred_at,
        lag(coalesce(accepted.user_key, accepted.email_key)) over (
            partition by accepted.visitor_id, accepted.activity_date
            order by accepted.occurred_at, accepted.source, accepted.event_id
        ) as previous_key
    from {{ ref('int_events__accepted') }} as accepted
    inner join shared_days
        on accepted.visitor_id = shared_days.visitor_id
        and accepted.activity_date = shared_days.activity_date
    where
        coalesce(accepted.user_key, accepted.email_key) is not null
        and {{ is_on_touched_day('accepted.')
            if is_incremental() and not touches_everything() else '1 = 1' }}

),

numbered as (

    select
        *,
        sum(
            case
                when previous_key = coalesce(user_key, email_key) then 0
                else 1
            end
        ) over (
            partition by visitor_id, activity_date
            order by occurred_at, source, event_id
            rows between unbounded preceding and current row
        ) as turn_number
    from logins

),

alternated as (

    select
        visitor_id,
        user_key,
        email_key,
        turn_number,
        activity_date,
        min(occurred_at) as first_seen_at,
        max(occurred_at) as last_seen_at
    from numbered
    group by 1, 2, 3, 4, 5

)

select * from alternated
