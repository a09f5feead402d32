{#- The time since the event before, of which no more than a minute counts as engaged.
    -#}
{% macro capped_gap(earlier, later) -%}
case
    when {{ later }} > {{ seconds_after(earlier, 60) }} then 60
    else {{ exact_seconds_between(earlier, later) }}
end
{%- endmacro %}
