{#- Sentences that were joined by commas, as one reads them. -#}
{% macro as_sentences(joined) -%}
    replace({{ joined }}, '.,', '. ')
{%- endmacro %}
