{#- What can be unusual of every session. -#}
{%- do require_sound_anomaly_settings() -%}
select
    session_id,
    {%- for name, measure in session_measures().items() %}
    cast({{ measure.sql }} as double precision) as {{ name }}
    {%- if not loop.last %},{% endif %}
    {%- endfor %}
from {{ ref('sessions') }}
