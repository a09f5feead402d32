{#- The vars that verdicts and sessions depend on: after a change both are made again. -#}
{% macro rule_settings() -%}
    {{ return(settings_text([
        'late_after_days', 'late_policy', 'double_fire_seconds',
        'bot_events_per_minute', 'bot_views_without_engagement', 'reporting_time_zone',
        'session_timeout_seconds', 'session_cap_days', 'session_midnight_split',
        'session_campaign_split', 'heartbeat_seconds',
    ]) ~ ', code: ' ~ code_of(touched_consumers(), seeds=['bot_user_agents'])) }}
{%- endmacro %}

{#- What rows were read with: vars, the code of every model up to the delivered rows, and
    the lookups. After a change every row that is still there is read again. -#}
{% macro row_settings() -%}
    {{ return(settings_text(['session_mode', 'strict_event_types'])
        ~ ', stand-in ids: secret, code: ' ~ code_of(
        ['int_events__delivered', 'int_order_lines__delivered',
            'int_order_headers__delivered', 'int_consents__delivered'],
        seeds=['event_types', 'identity_exclusions']
    )) }}
{%- endmacro %}

{% macro settings_text(names) -%}
    {%- set values = [] -%}
    {%- for name in names -%}{%- do values.append(name ~ ': ' ~ var(name)) -%}{%- endfor -%}
    {{ return(values | join(', ')) }}
{%- endmacro %}

{#- A checksum of the files of these models, of all models before them, and of seeds. -#}
{% macro code_of(models, seeds) -%}
    {%- if not execute -%}{{ return('') }}{%- endif -%}
    {%- set found, waiting = {}, [] -%}
    {%- for node in graph.nodes.values() if node.package_name == 'habitue'
        and (node.name in models or node.name in seeds) -%}
        {%- do waiting.append(node.unique_id) -%}
    {%- endfor -%}
    {%- for round in range(1000) if waiting -%}
        {%- set node = graph.nodes[waiting.pop()] -%}
        {%- if node.unique_id not in found
            and (node.resource_type == 'model' or node.name in seeds) -%}
            {%- do found.update({node.unique_id: node.checksum.checksum}) -%}
            {%- for id in node.depends_on.nodes if id in graph.nodes -%}
                {%- do waiting.append(id) -%}
            {%- endfor -%}
        {%- endif -%}
    {%- endfor -%}
    {{ return(local_md5(found | dictsort | string)) }}
{%- endmacro %}

{#- The settings of the last build that was completed, as `rows` and `rules`. -#}
{% macro last_settings() -%}
    {%- set completed = relation_of('int_batches__completed') -%}
    {%- if not completed -%}{{ return({}) }}{%- endif -%}
    {%- set found = run_query(
        "select row_settings, rule_settings from " ~ completed
        ~ " order by completed_at desc limit 1"
    ).rows -%}
    {{ return({'rows': found[0][0], 'rules': found[0][1]} if found else {}) }}
{%- endmacro %}

{#- Whether rows that are held were read in another way than rows are read now. -#}
{% macro reads_again() -%}
    {{ return(last_settings().rows != row_settings()) }}
{%- endmacro %}

{#- Whether every row that {{ this }} holds is read again, so that nothing has to be
    compared with what is held. -#}
{% macro starts_afresh(dataset) -%}
    {%- if not execute or not reads_again() -%}{{ return(false) }}{%- endif -%}
    {{ return(not run_query(
        "select 1 from " ~ this ~ " where input_name not in (select input_name from "
        ~ relation_of('int_inputs__fingerprinted') ~ " where dataset = '" ~ dataset
        ~ "') limit 1"
    ).rows) }}
{%- endmacro %}
