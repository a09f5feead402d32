{#- A transformed value filled where it is missing, clipped, centred and divided by its
    spread; 0 where the feature does not vary. `scaler` is the prefix of its columns,
    of which `_fill` is transformed as the value is. -#}
{% macro scaled_value(value, scaler) -%}
    {%- set filled = 'coalesce(' ~ value ~ ', ' ~ scaler ~ '_fill)' -%}
    {%- set lower, upper = scaler ~ '_lower', scaler ~ '_upper' -%}
    case
        when {{ scaler }}_scale > 0
            then (
                {{ clipped_value(filled, lower, upper) | indent(12) }}
                - {{ scaler }}_centre
            ) / {{ scaler }}_scale
        else 0
    end
{%- endmacro %}
