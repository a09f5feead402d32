{#- Every raw row, with the reason why it cannot be used, if there is one. The
    visitor is the cookie, else the device; where a producer sends neither, the
    user or the producer's session stands in (client sessions first when sessions
    are made of them). -#}
{%- set stand_ins = ['client_session_id', 'user_id'] if uses_client_sessions()
    else ['user_id', 'client_session_id'] -%}
{%- set visitor_kinds = ['anonymous_id', 'device_id'] + stand_ins -%}
with

normalised as (

    select
        *,
        {{ event_name_of('event_type') }} as event_name,
        {{ corrected_time() }} as corrected_at
    from {{ ref('int_events__normalised') }}

),

event_types as (

    select * from {{ ref('event_types') }}

),

validated as (

    select
        normalised.producer,
        normalised.source,
        normalised.input_name,
        coalesce(
            normalised.event_id, {{ row_hash_of('events', 'normalised.') }}
        ) as event_id,
        normalised.event_id as given_event_id,
        normalised.event_name,
        coalesce(event_types.event_type, 'other') as event_type,
        normalised.user_id,
        normalised.anonymous_id,
        normalised.device_id,
        normalised.client_session_id,
        normalised.email,
        normalised.profile,
        case
            {%- for kind in visitor_kinds %}
            when normalised.{{ kind }} is not null then '{{ kind }}'
            {%- endfor %}
        end as visitor_kind,
        coalesce(
            {%- for kind in visitor_kinds %}
            normalised.{{ kind }}{% if not loop.last %},{% endif %}
            {%- endfor %}
        ) as visitor_value,
        coalesce(
            {{ url_part('normalised.page_path', 'path') }},
            {{ url_part('normalised.page_url', 'path') }}
        ) as page_path,
        {{ url_part('normalised.page_url', 'host') }} as page_host,
        nullif(
            {{ url_part('normalised.referrer', 'host') }},
            coalesce({{ url_part('normalised.page_url', 'host') }}, '')
        ) as referrer_host,
        normalised.utm_source,
        normalised.utm_medium,
        normalised.utm_campaign,
        normalised.user_agent,
        normalised.product_id,
        normalised.category,
        normalised.currency,
        normalised.order_id,
        normalised.page_view_id,
        normalised.feature_name,
        normalised.experiment_id,
        normalised.experiment_arm,
        normalised.quantity,
        normalised.unit_price,
        normalised.engaged_seconds,
        normalised.scroll_ratio,
        case
            when normalised.unparsable_column is not null
                then 'unparsable ' || normalised.unparsable_column
            when normalised.event_name is null then 'no event type'
            when normalised.corrected_at is null then 'no time'
            when coalesce(
                    normalised.anonymous_id, normalised.device_id, normalised.user_id,
                    normalised.client_session_id
                ) is null then 'no identifier'
            {%- if var('strict_event_types') %}
            when event_types.event_type is null then 'unknown event type'
            {%- endif %}
            when normalised.corrected_at > {{ seconds_after(
                'coalesce(normalised.received_at, ' ~ build_time() ~ ')', 86400) }}
                then 'time in the future'
        end as invalid_reason,
        coalesce(
            normalised.sent_at > {{ seconds_after('normalised.device_created_at',
                var('late_after_days') * 86400) }}, false
        ) as is_late,
        normalised.corrected_at as occurred_at,
        normalised.device_created_at,
        normalised.sent_at,
        normalised.received_at
    from normalised
    left join event_types
        on normalised.producer = event_types.producer
        and normalised.event_name = event_types.event_name

)

select * from validated
