{#- The features of sessions that anomalies are looked for in. -#}
{%- do require_sound_anomaly_settings() -%}
{%- set own = session_measures() -%}
select
    session_id,
    {%- for name in var('session_anomaly_features') %}
    cast({{ own[name].sql }} as double precision) as {{ name }}
    {%- if not loop.last %},{% endif %}
    {%- endfor %}
from {{ ref('sessions') }}
