{#- The one write of the event grain: every raw row, once, as it was delivered, with
    pseudonyms for identifiers. It only grows; what is wrong with a row stands in
    int_events__set_aside. -#}
{{ config(
    materialized='incremental',
    incremental_strategy='append',
    pre_hook=[
        "{{ forget_rows_read_again('events') }}",
        "{{ forget_stubs_read_again('events') }}",
        "{{ erase_old_rows('events') }}",
        "{{ release_rows_whose_time_has_come('occurred_at', 'activity_date') }}",
    ],
    post_hook={"transaction": false, "sql": "{{ number_copies(
        ['source', 'event_id'],
        ['input_name', 'received_at']) }}"},
) }}
-- depends_on: {{ ref('int_inputs__fingerprinted') }}
{%- set path_key = 'case when page_path != viewed_path then '
    ~ keyed_id_of("'path:' || viewed_path") ~ ' end' -%}
{%- set is_fresh = 'not ' ~ is_too_old('contact', 'coalesce(occurred_at, received_at)') -%}
{%- set session_that_stands_in = "case when visitor_kind in ('user_id', "
    ~ "'client_session_id') then arrived.client_session_id end" -%}
{%- set profile_that_stands_in = 'case when visitor_kind is null and arrived.email is null '
    ~ 'and ' ~ is_fresh ~ ' then arrived.profile end' -%}
{%- set told = ['occurred_at', 'device_created_at', 'event_name', 'client_session_id',
    'sent_at', 'page_host', 'page_path', 'referrer_host', 'utm_source', 'utm_medium',
    'utm_campaign', 'region', 'opt_out_signal', 'product_id', 'category', 'currency',
    'order_id', 'page_view_id', 'feature_name', 'experiment_id', 'experiment_arm',
    'quantity', 'unit_price', 'engaged_seconds', 'scroll_ratio', 'ip_network'] -%}
{%- set made = ['producer', 'event_id', 'event_type', 'user_key', 'device_key',
    'session_key', 'email_key', 'profile_key', 'user_agent_key', 'path_key',
    'business_key', 'copy_number', 'activity_date'] %}
with

arrived as (

    {{ undelivered(
        ref('int_events__validated'),
        dataset='events',
        identity=['source', 'event_id'],
        delivery=['input_name', 'source', 'event_id', 'received_at'],
        content=told + ['invalid_reason'],
        derived={
            'visitor_id': 'coalesce(' ~ pseudonym_of('visitor_kind', 'visitor_value')
                ~ ', ' ~ nobody() ~ ')',
            'user_key': pseudonym_of("'user_id'", 'user_id'),
            'device_key': pseudonym_of("'device_id'", 'device_id'),
            'email_key': pseudonym_of("'email'", 'email'),
            'profile_key': 'case when ' ~ is_fresh ~ ' then '
                ~ pseudonym_of("'profile'", 'profile') ~ ' end',
            'user_agent_key': pseudonym_of("'user_agent'", 'user_agent'),
            'path_key': path_key,
        },
    ) | indent(4) }}

),

delivered as (

    select
        arrived.producer,
        arrived.source,
        arrived.input_name,
        arrived.event_id,
        {%- for name in told %}
        arrived.{{ name }},
        {%- endfor %}
        arrived.event_type,
        coalesce(visitors.pseudonym, {{ nobody() }}) as visitor_id,
        users.pseudonym as user_key,
        devices.pseudonym as device_key,
        sessions.pseudonym as session_key,
        emails.pseudonym as email_key,
        case when {{ is_fresh }} then profiles.profile_key end as profile_key,
        user_agents.user_agent_key,
        {{ path_key }} as path_key,
        {{ business_key_of('arrived') }} as business_key,
        arrived.invalid_reason,
        arrived.copy_number,
        case
            when arrived.invalid_reason is null then cast(arrived.occurred_at as date)
        end as activity_date,
        arrived.received_at,
        {{- is_erased('events', [
            ('arrived.visitor_value', 'visitors.pseudonym'),
            ('arrived.user_id', 'users.pseudonym'),
            ('arrived.device_id', 'devices.pseudonym'),
            ('arrived.email', 'emails.pseudonym'),
            (session_that_stands_in, 'sessions.pseudonym'),
            (profile_that_stands_in, 'profiles.profile_key'),
        ]) }}
        {{ build_time() }} as arrived_at
    from arrived
    {{- join_identifiers('arrived', {
        'users': 'user_id', 'devices': 'device_id', 'emails': 'email',
    }) }}
    left join {{ ref('identifiers') }} as visitors
        on arrived.visitor_kind = visitors.identifier_kind
        and arrived.visitor_value = visitors.raw_value
    left join {{ ref('identifiers') }} as sessions
        on sessions.identifier_kind = 'client_session_id'
        and case
            when arrived.anonymous_id is null and arrived.device_id is null
                then arrived.client_session_id
        end = sessions.raw_value
    left join {{ ref('profiles') }} as profiles on arrived.profile = profiles.profile
    left join {{ ref('user_agents') }} as user_agents
        on arrived.user_agent = user_agents.user_agent

)

{{ stubs_in_place_of_erased('events', 'delivered', told + made, is_of_visitor=true) }}
