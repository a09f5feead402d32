{#- A timestamp so many seconds later; seconds may be an expression. -#}
{% macro seconds_after(timestamp, seconds) -%}
    {{ return(adapter.dispatch('seconds_after', 'habitue')(timestamp, seconds)) }}
{%- endmacro %}

{% macro default__seconds_after(timestamp, seconds) -%}
    {{ exceptions.raise_compiler_error('seconds_after is not written for ' ~ target.type) }}
{%- endmacro %}

{% macro duckdb__seconds_after(timestamp, seconds) -%}
    ({{ timestamp }} + to_seconds({{ seconds }}))
{%- endmacro %}
