{#- Every raw row, with the reason why it cannot be used, if there is one. The
    visitor is the cookie, else the device; where a producer sends neither, the
    user or the producer's session stands in (client sessions first when sessions
    are made of them). -#}
{%- set stand_ins = ['client_session_id', 'user_id'] if uses_client_sessions()
    else ['user_id', 'client_session_id'] -%}
{%- set visitor_kinds = ['anonymous_id', 'device_id'] + stand_ins -%}
with

unioned as (

    select
        *,
        {{ event_name_of('event_type') }} as event_name,
        case
            when sent_at is not null
                and received_at is not null
                and device_created_at is not null
                and coalesce(occurred_at, device_created_at) = device_created_at
                then {{ seconds_after('received_at',
                    exact_seconds_between('sent_at', 'device_created_at')) }}
            else coalesce(occurred_at, device_created_at)
        end as corrected_at
    from {{ ref('int_events__unioned') }}

),

event_types as (

    select * from {{ ref('event_types') }}

),

validated as (

    select
        unioned.producer,
        unioned.source,
        unioned.input_name,
        coalesce(unioned.event_id, {{ row_hash_of('events', 'unioned.') }}) as event_id,
        unioned.event_name,
        coalesce(event_types.event_type, 'other') as event_type,
        unioned.user_id,
        unioned.anonymous_id,
        unioned.device_id,
        unioned.client_session_id,
        lower(unioned.email) as email,
        case
            {%- for kind in visitor_kinds %}
            when unioned.{{ kind }} is not null then '{{ kind }}'
            {%- endfor %}
        end as visitor_kind,
        coalesce(
            {%- for kind in visitor_kinds %}
            unioned.{{ kind }}{% if not loop.last %},{% endif %}
            {%- endfor %}
        ) as visitor_value,
        coalesce(
            {{ url_part('unioned.page_path', 'path') }},
            {{ url_part('unioned.page_url', 'path') }}
        ) as page_path,
        {{ url_part('unioned.referrer', 'host') }} as referrer_host,
        unioned.utm_source,
        unioned.utm_medium,
        unioned.utm_campaign,
        unioned.user_agent,
        unioned.product_id,
        unioned.category,
        unioned.currency,
        unioned.order_id,
        unioned.page_view_id,
        unioned.feature_name,
        unioned.experiment_id,
        unioned.experiment_arm,
        unioned.quantity,
        unioned.unit_price,
        unioned.engaged_seconds,
        unioned.scroll_ratio,
        case
            when unioned.unparsable_column is not null
                then 'unparsable ' || unioned.unparsable_column
            when unioned.event_name is null then 'no event type'
            when unioned.corrected_at is null then 'no time'
            when unioned.corrected_at > {{ seconds_after(
                'coalesce(unioned.received_at, ' ~ build_time() ~ ')', 86400) }}
                then 'time in the future'
            when coalesce(
                    unioned.anonymous_id, unioned.device_id, unioned.user_id,
                    unioned.client_session_id
                ) is null then 'no identifier'
            {%- if var('strict_event_types') %}
            when event_types.event_type is null then 'unknown event type'
            {%- endif %}
        end as invalid_reason,
        coalesce(
            unioned.sent_at > {{ seconds_after('unioned.device_created_at',
                var('late_after_days') * 86400) }}, false
        ) as is_late,
        unioned.corrected_at as occurred_at,
        unioned.device_created_at,
        unioned.received_at
    from unioned
    left join event_types
        on unioned.producer = event_types.producer
        and unioned.event_name = event_types.event_name

)

select * from validated
