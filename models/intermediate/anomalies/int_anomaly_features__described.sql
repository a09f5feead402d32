{#- What is looked at, in words. What is measured besides is there for the rules, which
    are refused, as settings are, where they mean nothing. -#}
{{ config(pre_hook="{{ require_sound_anomaly_rules() }}") }}
-- depends_on: {{ ref('anomaly_kind_rules') }}
{%- do require_sound_anomaly_settings() -%}
{%- set own = {'customer': day_measures(), 'session': session_measures()} -%}
{%- set used = {
    'customer': var('anomaly_features'), 'session': var('session_anomaly_features'),
} %}
with

labels as (

    select * from {{ ref('features') }}

),

described as (

    {%- for subject, measures in own.items() %}
    {%- set outer = loop %}
    {%- set names = used[subject].keys() | list + measures.keys() | list %}
    {%- for name in names | unique %}
    {%- set measure = measures.get(name, {}) %}
    select
        '{{ subject }}' as subject,
        '{{ name }}' as feature,
        {{ loop.index }} as place,
        '{{ used[subject].get(name, 'log1p') }}' as transform,
        {{ "'" ~ measure.label ~ "'" if measure else 'cast(null as varchar)' }} as label,
        {{ "'" ~ measure.unit ~ "'" if measure else 'cast(null as varchar)' }} as unit,
        {{ 'true' if name in used[subject] else 'false' }} as is_used
    {% if not (loop.last and outer.last) %}union all{% endif %}
    {%- endfor %}
    {%- endfor %}

)

select
    described.subject,
    described.feature,
    described.place,
    coalesce(described.label, labels.label, described.feature) as label,
    coalesce(described.unit, labels.unit) as unit,
    described.transform,
    case when described.label is null then coalesce(labels.fill, 'never') else 'zero' end
        as fill,
    described.is_used
from described
left join labels on described.feature = labels.feature
