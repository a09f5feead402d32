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
    {%- set variables = ['files_' ~ dataset ~ '_path']
        + (['files_assignments_path'] if dataset == 'events' else []) -%}
    {%- for variable in variables if is_enabled('files') and var(variable, none) -%}
        {%- do paths.append((var(variable), none)) -%}
    {%- endfor -%}
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

{#- Inputs of a dataset that changed since they were read: name -> the days of receipt that
    did, whether that means all of it, and whether none of that was ever read. -#}
{% macro changed_inputs(dataset) -%}
    {%- set counted = relation_of('int_inputs__counted') -%}
    {%- set rows = run_query(
        "select seen.input_name, seen.received_date, max(cast(seen.received_date = "
        ~ whole_input() ~ " as integer)), max(case when held.received_date = "
        ~ "seen.received_date then 1 else 0 end), max(case when held.input_name is null "
        ~ "then 0 else 1 end) from " ~ relation_of('int_inputs__fingerprinted')
        ~ " as seen left join " ~ counted ~ " as held on seen.dataset = held.dataset "
        ~ "and seen.input_name = held.input_name where seen.dataset = '" ~ dataset
        ~ "' group by 1, 2, seen.fingerprint having max(case when held.received_date = "
        ~ "seen.received_date and held.fingerprint = seen.fingerprint then 1 else 0 end) "
        ~ "= 0 order by 1, 2"
    ).rows -%}
    {%- set inputs = {} -%}
    {%- for name, date, is_whole, is_part_known, is_known in rows -%}
        {%- set input = inputs.setdefault(
            name, {'dates': [], 'is_whole': false, 'is_unread': true}) -%}
        {%- do input.dates.append(date) -%}
        {%- if is_whole -%}{%- do input.update({'is_whole': true}) -%}{%- endif -%}
        {%- if is_part_known or (is_whole and is_known) -%}
            {%- do input.update({'is_unread': false}) -%}
        {%- endif -%}
    {%- endfor -%}
    {{ return(inputs) }}
{%- endmacro %}

{#- Which rows of a dataset may be new to {{ this }}: those of inputs that changed since
    they were read. A literal condition, so that the engine skips files and tables that
    did not. `among_held`: the same of rows that are held; of an input that is unread
    these can only stem from a build that did not go through. -#}
{% macro news_of(dataset, among_held=false) -%}
    {%- if not relation_of('int_inputs__counted') or not is_incremental()
        or reads_again() -%} 1 = 1
    {%- else -%}
        (
            1 = 0
            {%- for name, input in changed_inputs(dataset).items() %}
            or (
                input_name = '{{ name | replace("'", "''") }}'
                {%- if not input.is_whole %}
                and received_at >= timestamp '{{ input.dates[0] }}'
                and received_at < {{ days_after("date '" ~ input.dates[-1] ~ "'", 1) }}
                and cast(received_at as date) in (
                    date '{{ input.dates | join("', date '") }}'
                )
                {%- endif %}
                {%- if among_held and input.is_unread %}
                and arrived_at > {{ latest_time(
                    relation_of('int_batches__completed'), 'completed_at') }}
                {%- endif %}
            )
            {%- endfor %}
        )
    {%- endif -%}
{%- endmacro %}
