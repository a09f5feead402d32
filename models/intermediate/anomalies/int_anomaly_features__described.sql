{#- What is looked at, in words. Settings and rules that mean nothing are refused. -#}
{{ config(pre_hook="{{ require_sound_anomaly_rules() }}") }}
-- depends_on: {{ ref('anomaly_kind_rules') }}
{%- do require_sound_anomaly_settings() -%}
{%- set own = {'customer': day_measures(), 'session': session_measures()} -%}
{%- set wanted = {
    'customer': var('anomaly_features'), 'session': var('session_anomaly_features'),
} %}
with

labels as (

    select * from {{ ref('features') }}

),

wanted as (

    {%- for subject, features in wanted.items() %}
    {%- set outer = loop %}
    {%- for name, transform in features.items() %}
    {%- set measure = own[subject].get(name, {}) %}
    select
        '{{ subject }}' as subject,
        '{{ name }}' as feature,
        {{ loop.index }} as place,
        '{{ transform }}' as transform,
        {{ "'" ~ measure.label ~ "'" if measure else 'cast(null as varchar)' }} as label,
        {{ "'" ~ measure.unit ~ "'" if measure else 'cast(null as varchar)' }} as unit
    {% if not (loop.last and outer.last) %}union all{% endif %}
    {%- endfor %}
    {%- endfor %}

)

select
    wanted.subject,
    wanted.feature,
    wanted.place,
    coalesce(wanted.label, labels.label, wanted.feature) as label,
    coalesce(wanted.unit, labels.unit) as unit,
    wanted.transform,
    case when wanted.label is null then coalesce(labels.fill, 'never') else 'zero' end
        as fill
from wanted
left join labels on wanted.feature = labels.feature
