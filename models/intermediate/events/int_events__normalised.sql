{#- Identifiers in one spelling, and those that stand for nothing (identity_exclusions)
    removed. What a person says of themselves becomes one text, for the vault. What the
    var `personal_data` drops ends here, and of an IP address only the network goes on. -#}
{%- set excluded = ['event_id', 'user_id', 'anonymous_id', 'device_id',
    'client_session_id', 'order_id', 'page_view_id'] -%}
{%- set kept = [] -%}
{%- for name in canonical_columns('events')
    if name not in excluded + profile_columns() + ['ip'] -%}
    {%- do kept.append(name) -%}
{%- endfor -%}
with

unioned as (

    select
        producer,
        input_name,
        unparsable_column,
        {%- for name in kept + excluded %}
        {{ unless_dropped(name) }} as {{ name }},
        {%- endfor %}
        {%- for name in profile_columns() %}
        {{ unless_dropped(name, normalised(name, name)) }} as {{ name }},
        {%- endfor %}
        {{ unless_dropped('ip', ip_network('ip')) }} as ip_network
    from {{ ref('int_events__unioned') }}

),

normalised as (

    select
        unioned.producer,
        unioned.input_name,
        unioned.unparsable_column,
        {%- for name in kept + profile_columns() if name != 'email' %}
        unioned.{{ name }},
        {%- endfor %}
        unioned.ip_network,
        {%- for kind in excluded + ['email'] %}
        {{ unless_excluded('unioned', kind) }} as {{ kind }},
        {%- endfor %}
        case
            when coalesce(unioned.phone, unioned.first_name, unioned.last_name,
                unioned.birth_date) is not null then {{ profile_text('unioned') }}
        end as profile
    from unioned
    {{ join_exclusions('unioned', excluded + ['email']) }}

)

select * from normalised
