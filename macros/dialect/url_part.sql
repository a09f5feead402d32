{#- The path of a URL without query and fragment, or its host. -#}
{% macro url_part(url, part) -%}
    {{ return(adapter.dispatch('url_part', 'habitue')(url, part)) }}
{%- endmacro %}

{% macro default__url_part(url, part) -%}
    {{ exceptions.raise_compiler_error('url_part is not written for ' ~ target.type) }}
{%- endmacro %}

{% macro duckdb__url_part(url, part) -%}
    {%- if part == 'path' -%}
        nullif(regexp_extract({{ url }}, '^(?:[a-z]+://[^/?#]*)?(/[^?#]*)', 1), '')
    {%- else -%}
        nullif(lower(regexp_extract({{ url }}, '^[a-z]+://(?:[^/?#@]*@)?([[][^]]*[]]|[^/?#:]+)', 1)), '')
    {%- endif -%}
{%- endmacro %}
