{#- What holds in a region while nobody has said anything: seed consent_defaults, by the
    region itself, else by its country, else by `*`. What is no ISO code of a country,
    with or without a subdivision, has no country. Both macros go together. -#}
{% macro join_consent_defaults(region, purpose) -%}
    {%- set country -%}
    case when substr({{ region }} || '-', 3, 1) = '-' then substr({{ region }}, 1, 2) end
    {%- endset -%}
    {%- for name, key in {
        'regional': region, 'national': country, 'general': "'*'"}.items() %}
    left join {{ ref('consent_defaults') }} as {{ name }}_defaults
        on {{ name }}_defaults.region = {{ key }}
        and {{ name }}_defaults.purpose = {{ purpose }}
    {%- endfor %}
{%- endmacro %}

{% macro consent_default(column) -%}
    coalesce(
            regional_defaults.{{ column }}, national_defaults.{{ column }},
            general_defaults.{{ column }}, {{ "'denied'" if column == 'status' else "'*'" }}
        )
{%- endmacro %}
