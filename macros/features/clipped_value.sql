{#- A value brought between two limits. Null stays null: least and greatest skip it on
    some engines. -#}
{% macro clipped_value(value, lower, upper) -%}
    case
        when {{ value }} < {{ lower }} then {{ lower }}
        when {{ value }} > {{ upper }} then {{ upper }}
        else {{ value }}
    end
{%- endmacro %}
