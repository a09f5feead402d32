{#- How many distinct values an expression has in the rows of a group where a condition
    holds. -#}
{% macro distinct_count_of(expression, condition) -%}
    {{ return(adapter.dispatch('distinct_count_of', 'habitue')(expression, condition)) }}
{%- endmacro %}

{% macro default__distinct_count_of(expression, condition) -%}
    {{ exceptions.raise_compiler_error('distinct_count_of is not written for ' ~ target.type) }}
{%- endmacro %}

{#- A `case` inside of the count would cost several times as much. -#}
{% macro duckdb__distinct_count_of(expression, condition) -%}
    count(distinct {{ expression }}) filter (where {{ condition }})
{%- endmacro %}
