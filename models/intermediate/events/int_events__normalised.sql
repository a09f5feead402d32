{#- Identifiers in one spelling, and those that stand for nothing (identity_exclusions)
    removed. What a person says of themselves becomes one text, for the vault. What the
    var `personal_data` drops ends here, texts are generalised, and of an IP address only
    the network goes on. All of this before the first join: an engine does it once per
    distinct text as long as a column is as the input has it. -#}
{%- set excluded = ['event_id', 'user_id', 'anonymous_id', 'device_id',
    'client_session_id', 'order_id', 'page_view_id'] -%}
{%- set viewed_host = unless_dropped('page_url', url_part('page_url', 'host')) -%}
{%- set referring_host = unless_dropped('referrer', url_part('referrer', 'host')) -%}
{%- set made = {
    'event_name': event_name_of('event_type'),
    'ip_network': unless_dropped('ip', ip_network('ip')),
    'general_page_host': generalised(viewed_host, ['ip']),
    'general_referrer_host': generalised(
        'nullif(' ~ referring_host ~ ', coalesce(' ~ viewed_host ~ ", ''))", ['ip']),
} -%}
{%- for name, kinds in general_columns().items() -%}
    {%- do made.update({'general_' ~ name: generalised(name, kinds)}) -%}
{%- endfor -%}
{%- for name in ['page_path', 'page_url'] -%}
    {%- set path = unless_dropped(name, url_part(name, 'path')) -%}
    {%- do made.update({
        'path_of_' ~ name: path, 'general_path_of_' ~ name: generalised_path(path),
    }) -%}
{%- endfor -%}
{%- set kept = [] -%}
{%- for name in canonical_columns('events')
    if name not in excluded + profile_columns() + ['ip'] -%}
    {%- do kept.append(name) -%}
{%- endfor -%}
with

spelled as (

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
        {%- for name, expression in made.items() %}
        {{ expression }} as {{ name }}{{ ',' if not loop.last }}
        {%- endfor %}
    from {{ ref('int_events__unioned') }}

),

normalised as (

    select
        spelled.producer,
        spelled.input_name,
        spelled.unparsable_column,
        {%- for name in kept + profile_columns() + made.keys() | list
            if name != 'email' %}
        spelled.{{ name }},
        {%- endfor %}
        {%- for kind in excluded + ['email'] %}
        {{ unless_excluded('spelled', kind) }} as {{ kind }},
        {%- endfor %}
        case
            when coalesce(spelled.phone, spelled.first_name, spelled.last_name,
                spelled.birth_date) is not null then {{ profile_text('spelled') }}
        end as profile
    from spelled
    {{ join_exclusions('spelled', excluded + ['email']) }}

)

select * from normalised
