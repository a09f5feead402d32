{#- A transformed value clipped, centred and divided by its spread; 0 where the feature
    does not vary. `scaler` is the prefix of its four columns. -#}
{% macro scaled_value(value, scaler) -%}
    case
        when {{ scaler }}_scale > 0
            then (
                least(greatest({{ value }}, {{ scaler }}_lower), {{ scaler }}_upper)
                - {{ scaler }}_centre
            ) / {{ scaler }}_scale
        else 0
    end
{%- endmacro %}
