{#- What consent can be given for. -#}
{% macro consent_purposes() -%}
    {{ return(['analytics', 'personalisation', 'marketing', 'sale_sharing']) }}
{%- endmacro %}
