{#- Where a visitor came from is told by several columns of one event. An event that
    carries any of them carries all: what it lacks is empty text, to be made null again
    (`nullif`) when the earliest such event has been found. -#}
{% macro traffic_columns() -%}
    {{ return(['referrer_host', 'utm_source', 'utm_medium', 'utm_campaign']) }}
{%- endmacro %}

{% macro carried_together(column) -%}
    case
        when coalesce({{ traffic_columns() | join(', ') }}) is not null
            then coalesce({{ column }}, '')
    end
{%- endmacro %}
