{#- Every identifier that any input shows, normalised, as often as it shows. -#}
with

order_headers as (

    select * from {{ ref('int_order_headers__validated') }}

),

observed as (

    {%- for kind in ['user_id', 'anonymous_id', 'device_id'] %}
    select
        '{{ kind }}' as identifier_kind,
        {{ kind }} as raw_value
    from {{ ref('int_events__normalised') }}
    union all
    {%- endfor %}
    select
        'email' as identifier_kind,
        email as raw_value
    from {{ ref('int_events__normalised') }}
    union all
    select
        'client_session_id' as identifier_kind,
        client_session_id as raw_value
    from {{ ref('int_events__normalised') }}
    where anonymous_id is null and device_id is null
    {%- for kind in ['user_id', 'anonymous_id'] %}
    union all
    select
        '{{ kind }}' as identifier_kind,
        {{ kind }} as raw_value
    from {{ ref('int_order_lines__validated') }}
    union all
    select
        '{{ kind }}' as identifier_kind,
        {{ kind }} as raw_value
    from order_headers
    {%- endfor %}
    union all
    select
        'email' as identifier_kind,
        email as raw_value
    from {{ ref('int_order_lines__validated') }}
    union all
    select
        'email' as identifier_kind,
        email as raw_value
    from order_headers
    union all
    select
        subject_kind as identifier_kind,
        subject_value as raw_value
    from {{ ref('int_consents__validated') }}
    where invalid_reason is null

)

select * from observed
where raw_value is not null
