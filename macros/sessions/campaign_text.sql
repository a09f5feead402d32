{#- The campaign of an event as one text, null where it names none. -#}
{% macro campaign_text() -%}
    case
        when coalesce(utm_source, utm_medium, utm_campaign) is not null
            then concat_ws(
                '|', coalesce(utm_source, ''), coalesce(utm_medium, ''),
                coalesce(utm_campaign, '')
            )
    end
{%- endmacro %}
