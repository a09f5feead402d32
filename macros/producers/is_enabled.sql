{#- Whether a producer is named in the var `sources`. An unknown name stops the build:
    a typing error must not silently leave a source out. -#}
{% macro is_enabled(producer) -%}
    {%- set known = ['web', 'shop', 'support', 'files'] -%}
    {%- set sources = var('sources') -%}
    {%- if sources is string or sources | length == 0 -%}
        {{ exceptions.raise_compiler_error(
            "sources must be a list of producers, like [web, shop]; got: "
            ~ sources
        ) }}
    {%- endif -%}
    {%- for source in sources if source not in known -%}
        {{ exceptions.raise_compiler_error(
            "Unknown producer '" ~ source ~ "' in sources. Known producers: "
            ~ known | join(', ') ~ "."
        ) }}
    {%- endfor -%}
    {{ return(producer in sources) }}
{%- endmacro %}
