{#- The compressed ledger of behaviour: every windowed feature is computed from it.
    The user is the one known in the session, so identity is joined later and a
    merge of two customers rewrites nothing here. -#}
{%- set counts = ['event_count'] + counted_event_types().keys() | list -%}
with

session_days as (

    select * from {{ ref('int_session_days__engaged') }}

),

visitor_days as (

    select
        visitor_id,
        user_key,
        activity_date,
        sum(case when is_first_day then 1 else 0 end) as session_count,
        {%- for count in counts %}
        sum({{ count }}) as {{ count }},
        {%- endfor %}
        sum(engaged_seconds) as engaged_seconds,
        max(ended_at) as ended_at
    from session_days
    group by visitor_id, user_key, activity_date{{ time_of_holder('ended_at') }}

)

select * from visitor_days
