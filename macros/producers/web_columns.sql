{#- Where a visitor was, from what the site may say of it: an ISO country with or without
    its subdivision. A subdivision without a country is not guessed at: CA is Canada, and
    California. -#}
{% macro web_region(table) -%}
    {%- set country = optional_column(
        'web', table, ['context_location_country', 'context_country']) -%}
    {%- set subdivision = optional_column(
        'web', table, ['context_location_region', 'context_region']) -%}
    case
            when {{ subdivision }} like '__-%' then {{ subdivision }}
            else {{ country }} || coalesce('-' || {{ subdivision }}, '')
        end
{%- endmacro %}

{#- Global Privacy Control, as the browser of a visitor may have sent it. -#}
{% macro web_opt_out_signal(table) -%}
    {%- set column = optional_column(
        'web', table, ['context_global_privacy_control', 'global_privacy_control']) -%}
    case when lower({{ column }}) in ('true', 't', '1', 'yes') then 'gpc' end
{%- endmacro %}
