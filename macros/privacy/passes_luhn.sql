{#- Whether up to 19 digits pass the check of payment cards (ISO/IEC 7812-1): from the right
    every second digit is doubled, and the digits of all add up to a multiple of ten. -#}
{% macro passes_luhn(digits) -%}
    mod(
        {%- for place in range(1, 20) %}
        {%- set digit = "cast(substr(lpad(" ~ digits ~ ", 19, '0'), " ~ place
            ~ ", 1) as integer)" %}
        {%- if place is even %}
        2 * {{ digit }} - case when {{ digit }} > 4 then 9 else 0 end
        {%- else %}
        {{ digit }}
        {%- endif %}
        {{- ' +' if not loop.last }}
        {%- endfor %}, 10
    ) = 0
{%- endmacro %}
