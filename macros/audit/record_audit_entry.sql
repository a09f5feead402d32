{#- Appends an entry to the audit trail and moves the head in the vault along, as
    habitue.audit does in Python: the hash covers every field, each with its length
    before it, and the hash of the entry before. A head that does not fit stays behind,
    for `habitue audit verify` to find. -#}
{% macro record_audit_entry(action, row_count, parameters) -%}
    {%- do run_query(create_audit_trail()) -%}
    {%- set last = (run_query(
        "select entry_number, entry_hash from audit.audit_trail "
        ~ "order by entry_number desc nulls last limit 1"
    ).rows | list or [(0, '0' * 64)])[0] -%}
    {%- set session = run_query(
        "select " ~ session_value('actor') ~ ", " ~ session_value('code_version')
    ).rows[0] -%}
    {%- set number = last[0] | int + 1 -%}
    {%- set recorded_at = modules.datetime.datetime.now(modules.pytz.utc).strftime(
        '%Y-%m-%d %H:%M:%S.%f') -%}
    {%- set text = tojson(parameters, sort_keys=true) -%}
    {%- set before = audit_text([
        number | string, recorded_at, session[0], action, none,
        row_count | string if row_count is not none else none, session[1],
    ]) -%}
    {%- set after = audit_text([text, last[1]]) -%}
    {%- set parameters_hash = keyed_hash_of(sql_text('parameters:' ~ text)) -%}
    {%- do run_query(
        "insert into audit.audit_trail select " ~ number ~ ", timestamp '" ~ recorded_at
        ~ "', " ~ sql_text(session[0]) ~ ", " ~ sql_text(action) ~ ", null, "
        ~ (row_count if row_count is not none else 'null') ~ ", "
        ~ sql_text(session[1]) ~ ", parameters_hash, " ~ sql_text(text) ~ ", "
        ~ sql_text(last[1]) ~ ", " ~ keyed_hash_of(
            sql_text('audit:' ~ before ~ ',64:') ~ " || parameters_hash || "
            ~ sql_text(',' ~ after)
        ) ~ " from (select " ~ parameters_hash ~ " as parameters_hash) as hashed"
    ) -%}
    {%- do run_query(move_audit_head(number, last)) -%}
{%- endmacro %}

{#- From the entry before to this one; not from anywhere else. -#}
{% macro move_audit_head(number, last) -%}
    update {{ vault_schema() }}.audit_head
    set
        entry_count = added.entry_number,
        entry_hash = added.entry_hash,
        head_hash = {{ keyed_hash_of(
            "'audit head:" ~ number ~ ":' || added.entry_hash") }}
    from audit.audit_trail as added
    where
        added.entry_number = {{ number }}
        and audit_head.entry_count = {{ last[0] }}
        and audit_head.entry_hash = {{ sql_text(last[1]) }}
        and audit_head.head_hash = {{ keyed_hash_of(
            sql_text('audit head:' ~ last[0] ~ ':' ~ last[1])) }}
{%- endmacro %}

{% macro create_audit_trail() -%}
    create schema if not exists audit;
    create table if not exists audit.audit_trail (
        entry_number bigint, recorded_at timestamp, actor varchar, action varchar,
        subject varchar, row_count bigint, code_version varchar,
        parameters_hash varchar, parameters varchar, previous_hash varchar,
        entry_hash varchar
    )
{%- endmacro %}

{#- Fields as one text; no two lists of fields give the same. -#}
{% macro audit_text(fields) -%}
    {%- set parts = [] -%}
    {%- for field in fields -%}
        {%- do parts.append(
            '-' if field is none else (field | length) ~ ':' ~ field) -%}
    {%- endfor -%}
    {{ return(parts | join(',')) }}
{%- endmacro %}

{% macro sql_text(text) -%}
    {{ return("'" ~ (text | replace("'", "''")) ~ "'") }}
{%- endmacro %}
