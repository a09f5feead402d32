{#- Stops the build when the engine does not know the reporting time zone. -#}
{% macro require_known_time_zone() -%}
    {%- set zone = var('reporting_time_zone') -%}
    {%- if execute and not run_query(known_time_zone(zone)).rows -%}
        {{ exceptions.raise_compiler_error(
            "reporting_time_zone must be a name like Europe/Berlin that the database "
            ~ "knows, got: " ~ zone
        ) }}
    {%- endif -%}
{%- endmacro %}
