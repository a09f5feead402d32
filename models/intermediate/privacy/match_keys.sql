{#- What identity rules compare, as pseudonyms: made in the vault from what people said
    of themselves, so that nothing but the key leaves. A rule that was changed or
    dropped loses its keys. -#}
{%- set rules = profile_rules() -%}
{{ config(
    schema='vault',
    materialized='incremental',
    incremental_strategy='append',
    pre_hook=[
        "{{ forget_outdated_match_keys() }}",
        "{{ forget_unreferenced(
            'profile_key', [('int_events__delivered', 'profile_key')]) }}",
    ],
) }}
with

profiles as (

    select
        profile_key,
        {%- for name in profile_columns() if name != 'birth_date' %}
        {{ name }},
        {%- endfor %}
        {{ birth_digits('birth_date') }} as birth_date
    from {{ ref('profiles') }}

),

matched as (

    {%- for name, attributes in rules.items() %}
    select
        profile_key,
        '{{ name }}' as rule_name,
        '{{ attributes | join(", ") }}' as attributes,
        {% for attribute in attributes -%}
        {{ match_attributes()[attribute] }}
        {%- if not loop.last %} || '|' || {% endif %}
        {%- endfor %} as match_value
    from profiles
    {% if not loop.last %}union all{% endif %}
    {%- else %}
    select
        profile_key,
        cast(null as varchar) as rule_name,
        cast(null as varchar) as attributes,
        cast(null as varchar) as match_value
    from profiles
    where 1 = 0
    {%- endfor %}

),

unseen as (

    select matched.*
    from matched
    {%- if is_incremental() %}
    left join {{ this }} as held
        on matched.profile_key = held.profile_key
        and matched.rule_name = held.rule_name
    where matched.match_value is not null and held.profile_key is null
    {%- else %}
    where matched.match_value is not null
    {%- endif %}

)

select
    profile_key,
    rule_name,
    attributes,
    {{ pseudonym_of("'match ' || rule_name", 'match_value') }} as match_key
from unseen
