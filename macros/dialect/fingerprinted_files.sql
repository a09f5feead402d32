{#- The files that a path or glob stands for, also those without a row, each with a text
    that changes when the file is written again. -#}
{% macro fingerprinted_files(path) -%}
    {{ return(adapter.dispatch('fingerprinted_files', 'habitue')(path)) }}
{%- endmacro %}

{% macro default__fingerprinted_files(path) -%}
    {{ exceptions.raise_compiler_error(
        'fingerprinted_files is not written for ' ~ target.type
    ) }}
{%- endmacro %}

{% macro duckdb__fingerprinted_files(path) -%}
    (
        select
            filename as input_name,
            size || ' bytes ' || last_modified as fingerprint
        from read_blob('{{ path | replace("'", "''") }}')
    )
{%- endmacro %}
