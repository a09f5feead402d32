{#- A var that counts something. What is no whole number in its range stops the build,
    and the message says what it should be. -#}
{% macro whole_number(name, least=1, most=none) -%}
    {%- set number = var(name) -%}
    {%- if number is not integer or number is boolean or number < least
        or (most is not none and number > most) -%}
        {{ exceptions.raise_compiler_error(
            name ~ " is " ~ number ~ "; it must be a whole number from " ~ least
            ~ (" on." if most is none else " to " ~ most ~ ".")
        ) }}
    {%- endif -%}
    {{ return(number) }}
{%- endmacro %}
