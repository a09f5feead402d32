{#- A UTC timestamp without a zone from a timestamp, date or text; null where the
    text is not a time. An offset in the text is honoured, none means UTC. -#}
{% macro to_utc_timestamp(column) -%}
    {{ return(adapter.dispatch('to_utc_timestamp', 'habitue')(column)) }}
{%- endmacro %}

{% macro default__to_utc_timestamp(column) -%}
    {{ exceptions.raise_compiler_error('to_utc_timestamp is not written for ' ~ target.type) }}
{%- endmacro %}

{#- The type is known before anything is read: of a timestamp nothing is converted. -#}
{% macro duckdb__to_utc_timestamp(column) -%}
    case
            when typeof({{ column }}) = 'TIMESTAMP' then try_cast({{ column }} as timestamp)
            else cast(try_cast({{ column }} as timestamptz) as timestamp)
        end
{%- endmacro %}
