{#- The start of this build: one value for every row that it adds. -#}
{% macro build_time() -%}
    timestamp '{{ run_started_at.strftime("%Y-%m-%d %H:%M:%S.%f") }}'
{%- endmacro %}
