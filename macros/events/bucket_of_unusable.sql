{#- The bucket of a row by its invalid_reason; `usable` is that of a row without one. -#}
{% macro bucket_of_unusable(invalid_reason, usable) -%}
    case
            when {{ invalid_reason }} is null then {{ usable }}
            when {{ invalid_reason }} = 'erased' then 'erased'
            else 'invalid'
        end
{%- endmacro %}
