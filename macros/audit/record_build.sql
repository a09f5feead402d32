{#- Hooks of a build: one entry when it starts, one when it ends. A build that was killed
    has no end. Commands that change nothing are not recorded. -#}
{% macro record_build_started() -%}
    {%- if is_recorded() -%}
        {%- do record_audit_entry(flags.WHICH ~ ' started', none, {
            'invocation_id': invocation_id,
            'target': target.name,
            'dbt_version': dbt_version,
            'project': code_of_project(),
            'vars': local_md5(tojson(invocation_args_dict.get('vars') | string)),
        }) -%}
    {%- endif -%}
{%- endmacro %}

{% macro record_build_ended(results) -%}
    {%- if is_recorded() -%}
        {%- set counts = {} -%}
        {%- for result in results -%}
            {%- set status = result.status | string -%}
            {%- do counts.update({status: counts.get(status, 0) + 1}) -%}
        {%- endfor -%}
        {%- set failed = counts.get('error', 0) + counts.get('fail', 0) -%}
        {%- set ledger = relation_of('row_ledger') -%}
        {%- set row_count = run_query(
            "select sum(bucket_row_count) from " ~ ledger
        ).rows[0][0] if ledger else none -%}
        {%- do record_audit_entry(
            flags.WHICH ~ ' ended',
            row_count | int if row_count is not none else none,
            {
                'invocation_id': invocation_id,
                'result': 'failed' if failed else 'succeeded',
                'nodes': counts,
            }
        ) -%}
    {%- endif -%}
{%- endmacro %}

{% macro is_recorded() -%}
    {{ return(execute and flags.WHICH in ['build', 'run', 'seed', 'snapshot']) }}
{%- endmacro %}

{#- A checksum of every model, seed and test of this project that dbt parsed. -#}
{% macro code_of_project() -%}
    {%- set found = {} -%}
    {%- for node in graph.nodes.values() if node.package_name == 'habitue' -%}
        {%- do found.update({node.unique_id: node.checksum.checksum}) -%}
    {%- endfor -%}
    {{ return(local_md5(found | dictsort | string)) }}
{%- endmacro %}
