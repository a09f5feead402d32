{#- A producer's raw table: the demo seed, a file of `raw_location`, or the dbt source.
    Usage, in staging only: select … from {{ raw_table('web', 'pages') }} -#}
{% macro raw_table(producer, table) -%}
    {%- if var('raw_location') -%}
        {%- set reader = {'parquet': 'read_parquet', 'csv': 'read_csv'}
            .get(var('raw_format')) -%}
        {%- if not reader -%}
            {{ exceptions.raise_compiler_error(
                "raw_format must be parquet or csv, got: " ~ var('raw_format')
            ) }}
        {%- endif -%}
        {%- set options = ", all_varchar = true" if var('raw_format') == 'csv' -%}
        {{ return(
            reader ~ "('" ~ raw_file(producer, table) ~ "'" ~ (options or '') ~ ")"
        ) }}
    {%- elif var('use_demo_seeds') -%}
        {{ return(ref(producer ~ '_' ~ table)) }}
    {%- else -%}
        {{ return(source(producer, table)) }}
    {%- endif -%}
{%- endmacro %}

{#- Where a raw table lies below `raw_location`. -#}
{% macro raw_file(producer, table) -%}
    {{ return(
        var('raw_location') ~ '/' ~ producer ~ '_' ~ table ~ '.' ~ var('raw_format')
    ) }}
{%- endmacro %}
