{#- A share of the way from one number to the next, in floating point and in the steps
    that NumPy takes, so that quantiles agree with its to the last bit. Two equal
    numbers give that number. -#}
{% macro interpolated(lower, upper, share) -%}
    case
        when {{ share }} < 0.5 then {{ lower }} + ({{ upper }} - {{ lower }}) * {{ share }}
        else {{ upper }} - ({{ upper }} - {{ lower }}) * (1 - {{ share }})
    end
{%- endmacro %}
