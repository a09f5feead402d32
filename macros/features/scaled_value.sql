{#- A transformed value filled where it is missing, clipped, centred and divided by its
    spread; 0 where the feature does not vary. `scaler` is the prefix of its columns. -#}
{% macro scaled_value(value, scaler) -%}
    {%- set filled = 'coalesce(' ~ value ~ ', ' ~ scaler ~ '_fill)' -%}
    case
        when {{ scaler }}_scale > 0
            then (
                {{ clipped_value(filled, scaler ~ '_lower', scaler ~ '_upper') | indent(16) }}
                - {{ scaler }}_centre
            ) / {{ scaler }}_scale
        else 0
    end
{%- endmacro %}
