{#- The inputs of a dataset and how a change of one is noticed: a file by its size and time
    of change, a table by the number and a checksum of its rows. -#}

{#- The raw tables of the producers, by the dataset that they belong to. -#}
{% macro producer_tables() -%}
    {{ return({
        'events': [('web', 'pages'), ('web', 'tracks'), ('web', 'identifies'),
            ('support', 'tickets'), ('support', 'chats'), ('support', 'feedback')],
        'order_lines': [('shop', 'order_lines')],
        'order_headers': [('shop', 'orders')],
        'consents': [('web', 'consents')],
    }) }}
{%- endmacro %}

{#- Names of the inputs of a dataset that are tables. -#}
{% macro table_inputs(dataset) -%}
    {%- set names = [] -%}
    {%- for producer, table in producer_tables()[dataset]
        if is_enabled(producer) and not var('raw_location') -%}
        {%- do names.append(producer ~ '.' ~ table) -%}
    {%- endfor -%}
    {{ return(names) }}
{%- endmacro %}

{#- Paths of the inputs of a dataset that are files, each with the name of the input where
    that is not the name of the file. -#}
{% macro file_inputs(dataset) -%}
    {%- set paths = [] -%}
    {%- for producer, table in producer_tables()[dataset]
        if is_enabled(producer) and var('raw_location') -%}
        {%- do paths.append((raw_file(producer, table), producer ~ '.' ~ table)) -%}
    {%- endfor -%}
    {%- if is_enabled('files') and var('files_' ~ dataset ~ '_path', none) -%}
        {%- do paths.append((var('files_' ~ dataset ~ '_path'), none)) -%}
    {%- endif -%}
    {{ return(paths) }}
{%- endmacro %}

{#- The day that a fingerprint covers, where an input is not taken as a whole. -#}
{% macro whole_input() -%} date '0001-01-01' {%- endmacro %}

{#- The part of an input that a row belongs to: of a table the day it was received on. -#}
{% macro received_date_of(dataset) -%}
    {%- set tables = table_inputs(dataset) -%}
    {%- if dataset == 'events' and tables -%}
        case
            when input_name in ('{{ tables | join("', '") }}')
                then coalesce(cast(received_at as date), {{ whole_input() }})
            else {{ whole_input() }}
        end
    {%- else -%} {{ whole_input() }}
    {%- endif -%}
{%- endmacro %}

{#- Which rows of a dataset may be new to {{ this }}: those of inputs that changed since
    they were read. A literal condition, so that the engine skips files and tables that
    did not. -#}
{% macro news_of(dataset) -%}
    {%- set inputs = relation_of('int_inputs__fingerprinted') -%}
    {%- set counted = relation_of('int_inputs__counted') -%}
    {%- if not counted or not is_incremental() or reads_again() -%} 1 = 1
    {%- else -%}
        {%- set changed = run_query(
            "select input_name, min(received_date) as first_date, max(received_date) "
            ~ "as last_date, cast(min(received_date) = " ~ whole_input()
            ~ " as integer) as is_whole from (select input_name, received_date, "
            ~ "fingerprint from " ~ inputs ~ " where dataset = '" ~ dataset
            ~ "' except select input_name, received_date, fingerprint from " ~ counted
            ~ " where dataset = '" ~ dataset ~ "') as changed group by 1 order by 1"
        ).rows -%}
        {%- if not changed -%} 1 = 0
        {%- else -%}
        (
        {%- for row in changed %}
            (
                input_name = '{{ row[0] | replace("'", "''") }}'
                {%- if not row[3] %}
                and received_at >= timestamp '{{ row[1] }}'
                and received_at < {{ days_after("date '" ~ row[2] ~ "'", 1) }}
                {%- endif %}
            )
            {%- if not loop.last %} or{% endif %}
        {%- endfor %}
        )
        {%- endif -%}
    {%- endif -%}
{%- endmacro %}
