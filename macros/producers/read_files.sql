{#- The table function that reads the files of a path or glob. union_by_name matters:
    without it DuckDB drops CSV files whose line ends differ from the first one's.
    Every mistake a person can make with a path gets a message that names the var. -#}
{% macro read_files(variable) -%}
    {%- set path = var(variable) -%}
    {%- set escaped = path | replace("'", "''") -%}
    {%- if execute -%}
        {%- set files = run_query(
            "select filename, size from read_blob('" ~ escaped ~ "') order by 1"
        ) if run_query("select 1 from glob('" ~ escaped ~ "') limit 1").rows else none -%}
        {%- if files is none -%}
            {{ exceptions.raise_compiler_error(
                variable ~ ": no file matches '" ~ path ~ "'."
            ) }}
        {%- endif -%}
        {%- for row in files.rows if row[1] == 0 -%}
            {{ exceptions.raise_compiler_error(
                variable ~ ": the file '" ~ row[0] ~ "' is empty (0 bytes). A file "
                ~ "without rows still needs its header; remove it or write it again."
            ) }}
        {%- endfor -%}
    {%- endif -%}
    {%- set name = path | lower | replace('.gz', '') | replace('.zst', '') -%}
    {%- if name.endswith('.parquet') -%}
        {{ return("read_parquet('" ~ escaped
            ~ "', union_by_name = true, filename = true)") }}
    {%- elif name.endswith('.csv') -%}
        {{ return("read_csv('" ~ escaped ~ "', header = true, all_varchar = true, "
            ~ "union_by_name = true, filename = true)") }}
    {%- elif name.endswith('.ndjson') or name.endswith('.jsonl')
        or name.endswith('.json') -%}
        {{ return("read_ndjson('" ~ escaped
            ~ "', union_by_name = true, filename = true)") }}
    {%- endif -%}
    {{ exceptions.raise_compiler_error(
        variable ~ ": '" ~ path ~ "' must end in .parquet, .csv, .ndjson or .jsonl."
    ) }}
{%- endmacro %}
