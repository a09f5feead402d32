{#- The places on the spine, 1 for the latest date. What is summed up as of many dates is
    grouped one date at a time: thirteen small groupings take a quarter of the time of
    one big one, whose groups fit no cache. -#}
{% macro as_of_places() -%}
    {{ return(range(1, var('history_months') + 2) | list) }}
{%- endmacro %}

{#- The same and 0, the place of the date that was scored last: it stands apart, so that
    what asks for the spine, or for it, asks for places that are known beforehand. -#}
{% macro computed_places() -%}
    {{ return([0] + as_of_places()) }}
{%- endmacro %}
