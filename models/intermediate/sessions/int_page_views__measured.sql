{#- The days of a page view put together, also where its heartbeats came under another
    cookie. Where the producer sends engaged time itself, the larger of the two counts:
    neither is ever more than the time that was spent. -#}
{%- set values = ['visitor_id', 'user_key', 'client_session_id', 'event_type',
    'page_host', 'page_path', 'product_id', 'category', 'received_at']
    + traffic_columns() -%}
with

days as (

    select * from {{ ref('int_page_view_days__measured') }}

),

put_together as (

    select
        source,
        page_view_id,
        view_event_id,
        {%- for name in values %}
        {{ value_at_earliest(name, 'viewed_at') }} as {{ name }},
        {%- endfor %}
        sum(heartbeat_seconds) as heartbeat_seconds,
        max(sent_engaged_seconds) as sent_engaged_seconds,
        max(scroll_ratio) as scroll_ratio,
        min(viewed_at) as occurred_at,
        min(started_at) as started_at,
        max(ended_at) as ended_at
    from days
    group by 1, 2, 3
    having min(viewed_at) is not null

),

timed as (

    select
        *,
        case
            when heartbeat_seconds > 0
                then heartbeat_seconds + {{ var('minimum_visit_seconds') }}
            else 0
        end as beating_seconds
    from put_together

),

engaged as (

    select
        {{ key_of(['source', 'page_view_id', 'view_event_id']) }} as page_view_key,
        *,
        case
            when sent_engaged_seconds > beating_seconds then sent_engaged_seconds
            else beating_seconds
        end as engaged_seconds
    from timed

)

select * from engaged
