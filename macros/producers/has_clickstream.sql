{#- Whether what people do on a site or in an app is among the inputs. -#}
{% macro has_clickstream() -%}
    {{ return(
        is_enabled('web')
        or (is_enabled('files') and var('files_events_path') is not none)
    ) }}
{%- endmacro %}
