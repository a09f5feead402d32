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
            normalised.event_id,
            {{ row_hash_of('events', 'normalised.', {'ip': 'ip_network'}) }}
        ) as event_id,
        case
            when event_types.event_name is not null then normalised.event_name
            else {{ event_name_of(generalised('normalised.event_type')) }}
        end as event_name,
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
        coalesce(normalised.path_of_page_path, normalised.path_of_page_url)
            as viewed_path,
        coalesce(
            normalised.general_path_of_page_path, normalised.general_path_of_page_url
        ) as page_path,
        normalised.general_page_host as page_host,
        normalised.general_referrer_host as referrer_host,
        {%- for name in general_columns() if name != 'region' %}
        normalised.general_{{ name }} as {{ name }},
        {%- endfor %}
        normalised.user_agent,
        upper(normalised.general_region) as region,
        lower(normalised.opt_out_signal) as opt_out_signal,
        normalised.currency,
        normalised.order_id,
        normalised.page_view_id,
        normalised.ip_network,
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
