{#- Pre-hook of a model of the vault: what it holds and no row refers to any more. Rows go
    away only where a period is set; what the last build left is what counts. -#}
{% macro forget_unreferenced(key, columns) -%}
    {%- if is_incremental() and is_anything_limited()
        and relation_of('int_events__delivered') -%}
        delete from {{ this }}
        where {{ key }} not in (
            {%- for name, column in columns %}
            select {{ column }} from {{ relation_of(name) }} where {{ column }} is not null
            {{ 'union all' if not loop.last }}
            {%- endfor %}
        )
    {%- endif -%}
{%- endmacro %}

{#- Where rows name identifiers: pairs of a model and a column. -#}
{% macro naming_columns() -%}
    {%- set found = [] -%}
    {%- for name, columns in {
        'int_events__delivered': ['visitor_id', 'user_key', 'device_key', 'session_key',
            'email_key'],
        'int_order_lines__delivered': ['user_key', 'visitor_id', 'email_key'],
        'int_order_headers__delivered': ['user_key', 'visitor_id', 'email_key'],
        'int_consents__delivered': ['subject_key'],
    }.items() if relation_of(name) -%}
        {%- for column in columns -%}{%- do found.append((name, column)) -%}{%- endfor -%}
    {%- endfor -%}
    {{ return(found) }}
{%- endmacro %}

{#- Pre-hook of the log of assignments: of whom the vault knows nothing any more. -#}
{% macro forget_unknown_assignments() -%}
    {%- if is_incremental() and is_anything_limited() -%}
        delete from {{ this }}
        where
            pseudonym not in (select known.pseudonym from {{ ref('identifiers') }} as known)
            or customer_id not in (
                select known.pseudonym from {{ ref('identifiers') }} as known
            )
    {%- endif -%}
{%- endmacro %}

{#- Pre-hook of the list of touched days: of whom the vault knows nothing any more, once
    they were dealt with. When they were is still needed. -#}
{% macro forget_unknown_visitors() -%}
    {%- if is_incremental() and is_anything_limited() -%}
        update {{ this }}
        set visitor_id = {{ nobody() }}
        where
            not ({{ is_pending('touched_at') }})
            and visitor_id not in (
                select known.pseudonym from {{ ref('identifiers') }} as known
            )
    {%- endif -%}
{%- endmacro %}

{#- Pre-hook of what was first said of sessions. -#}
{% macro forget_old_sessions() -%}
    {%- if is_incremental() and retention_days('behaviour') -%}
        delete from {{ this }}
        where {{ is_too_old('behaviour', 'started_at') }}
    {%- endif -%}
{%- endmacro %}
