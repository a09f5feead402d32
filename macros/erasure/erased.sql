{#- Rows of erased people. Their identifiers have tombstones and are never taken into the
    vault again, nor is what was only seen beside them. So a row that names an identifier
    without a pseudonym is an erased person's, and becomes a stub: its source, its input and
    the day of its receipt, for the ledger. -#}

{#- Whether rows of a dataset may have to go: somebody was erased, or a period is set. -#}
{% macro erases_rows(dataset) -%}
    {{ return(tombstones() is not none
        or retention_days(retention_class_of(dataset)) is not none) }}
{%- endmacro %}

{#- The column is_erased of a delivered model: whether an identifier that the row names is
    missing in the vault, or the row is too old. `named`: pairs of a raw value and its
    pseudonym; `more`: other conditions that tell a row of somebody erased. -#}
{% macro is_erased(dataset, named, more=[], relation='arrived') -%}
    {%- if erases_rows(dataset) %}
        (
            {%- if tombstones() %}
            {%- for value, pseudonym in named %}
            ({{ value }} is not null and {{ pseudonym }} is null) or
            {%- endfor %}
            {%- for condition in more %}
            ({{ condition }}) or
            {%- endfor %}
            {%- endif %}
            {{ is_row_too_old(dataset, relation) }}
        ) as is_erased,
    {%- endif %}
{%- endmacro %}

{#- The last select of a delivered model: `rows` with stubs in place of what is erased.
    `content`: columns that a stub has not; `kept`: columns that it has. -#}
{% macro stubs_in_place_of_erased(
    dataset, rows, content, kept=['received_at', 'arrived_at'], is_of_visitor=false
) -%}
    {%- if not erases_rows(dataset) -%}
select * from {{ rows }}
    {%- else -%}
select
    source,
    input_name,
    {%- for name in content %}
    case when not is_erased then {{ name }} end as {{ name }},
    {%- endfor %}
    {%- if is_of_visitor %}
    case when is_erased then {{ nobody() }} else visitor_id end as visitor_id,
    {%- endif %}
    {%- for name in kept %}
    {{ name if name != 'received_at' else
        'case when is_erased then ' ~ day_of(name) ~ ' else ' ~ name ~ ' end' }}
        as {{ name }},
    {%- endfor %}
    case when is_erased then 'erased' else invalid_reason end as invalid_reason
from {{ rows }}
    {%- endif -%}
{%- endmacro %}

{% macro day_of(time) -%} cast(cast({{ time }} as date) as timestamp) {%- endmacro %}

{#- Pre-hook of the delivered models: stubs do not say whose rows they were, so those of an
    input that is read again are found again. -#}
{% macro forget_stubs_read_again(dataset) -%}
    {%- if is_incremental() and (erases_rows(dataset) or holds_stubs()) -%}
        delete from {{ this }}
        where
            invalid_reason = 'erased'
            and input_name in (
                select inputs.input_name
                from {{ ref('int_inputs__fingerprinted') }} as inputs
                where inputs.dataset = '{{ dataset }}'
            )
            and {{ news_of(dataset, among_held=true) }}
    {%- endif -%}
{%- endmacro %}

{#- Whether there are stubs, as the last ledger has it: a period may be set no more. -#}
{% macro holds_stubs() -%}
    {%- set ledger = relation_of('row_ledger') -%}
    {{ return(ledger and run_query(
        "select 1 from " ~ ledger ~ " where bucket = 'erased' and bucket_row_count > 0 "
        ~ "limit 1"
    ).rows | length > 0) }}
{%- endmacro %}

{#- The statement that leaves of rows of {{ this }} what the ledger needs. -#}
{% macro make_stubs_where(condition) -%}
    {%- set kept = ['source', 'input_name', 'arrived_at', 'invalid_reason'] -%}
    {%- set names = adapter.get_columns_in_relation(this) | map(attribute='name') | list -%}
    update {{ this }}
    set
        {%- for name in names if name not in kept %}
        {{ name }} = {% if name == 'received_at' -%} {{ day_of(name) }}
        {%- elif name == 'visitor_id' and 'activity_date' in names -%} {{ nobody() }}
        {%- else -%} null
        {%- endif %},
        {%- endfor %}
        invalid_reason = 'erased'
    where
        (invalid_reason is null or invalid_reason != 'erased')
        and {{ condition }}
{%- endmacro %}

{#- A condition of the vault's other models: take in nothing of erased people's rows. -#}
{% macro unless_of_erased() -%}
    {%- if tombstones() -%}
        {%- for kind in ['user_id', 'anonymous_id', 'device_id', 'email',
            'client_session_id'] %}
        and (
            {{ kind }} is null
            {{- ' or anonymous_id is not null or device_id is not null'
                if kind == 'client_session_id' }}
            or {{ kind }} in (
                select identifiers.raw_value
                from {{ ref('identifiers') }} as identifiers
                where identifiers.identifier_kind = '{{ kind }}'
            )
        )
        {%- endfor %}
    {%- endif -%}
{%- endmacro %}
