{#- How long data are kept, by class (var retention_days), and what goes when they are too
    old. A class without days is kept as long as the rows that it belongs to. -#}

{#- The classes, each with what it stands for. Consents and user agents have none: what a
    consent or a bot's name decided of an event would be undone with it. -#}
{% macro retention_classes() -%}
    {{ return({
        'behaviour': 'events: page views, searches, support and all else that was done',
        'purchases': 'orders and their lines',
        'contact': 'what people said of themselves: telephone number, names, birth date, '
            ~ 'address',
    }) }}
{%- endmacro %}

{% macro retention_days(class) -%}
    {%- set days = var('retention_days') or {} -%}
    {%- for name, number in days.items() -%}
        {%- if name not in retention_classes()
            or (number is not none and (number is not integer or number < 1)) -%}
            {{ exceptions.raise_compiler_error(
                "retention_days: " ~ name ~ ": " ~ number ~ " means nothing; give a whole "
                ~ "number from 1 on, or nothing, for " ~ retention_classes() | join(', ')
                ~ "."
            ) }}
        {%- endif -%}
    {%- endfor -%}
    {{ return(days.get(class)) }}
{%- endmacro %}

{#- The class that rows of a dataset belong to. -#}
{% macro retention_class_of(dataset) -%}
    {{ return({
        'events': 'behaviour', 'order_lines': 'purchases', 'order_headers': 'purchases',
    }.get(dataset)) }}
{%- endmacro %}

{#- Whether a moment, an SQL expression, is too long ago. Whole days, so that all rows of a
    visitor day go at once. -#}
{% macro is_too_old(class, moment) -%}
    {%- set days = retention_days(class) -%}
    {%- if days -%}
        coalesce({{ moment }} < timestamp '{{
            (run_started_at - modules.datetime.timedelta(days=days)).strftime('%Y-%m-%d')
        }}', false)
    {%- else -%} 1 = 0
    {%- endif -%}
{%- endmacro %}

{#- The same of rows of a dataset; `relation` stands before the columns. A line has the
    time of its order. -#}
{% macro is_row_too_old(dataset, relation) -%}
    {%- set class = retention_class_of(dataset) -%}
    {%- if not class or not retention_days(class) -%} 1 = 0
    {%- elif dataset == 'events' -%}
        {{ is_too_old(class, 'coalesce(' ~ relation ~ '.occurred_at, ' ~ relation
            ~ '.received_at)') }}
    {%- else -%}
        (
            {{ is_too_old(class, 'coalesce(' ~ relation ~ '.ordered_at, ' ~ relation
                ~ '.received_at)') }}
            or ({{ relation }}.source, {{ relation }}.order_id) in (
                {{ old_orders() }}
            )
        )
    {%- endif -%}
{%- endmacro %}

{#- Of the headers that are held, and of those that can be read. -#}
{% macro old_orders() -%}
    {%- set held = relation_of('int_order_headers__delivered') -%}
    {%- set relations = [ref('int_order_headers__validated')] + ([held] if held else []) -%}
    {%- for relation in relations %}
    select headers.source, headers.order_id
    from {{ relation }} as headers
    where
        headers.order_id is not null
        and {{ is_too_old('purchases',
            'coalesce(headers.ordered_at, headers.received_at)') }}
    {{ 'union all' if not loop.last }}
    {%- endfor %}
{%- endmacro %}

{#- Pre-hook of the delivered models: rows that became too old since they were read. -#}
{% macro erase_old_rows(dataset) -%}
    {%- if is_incremental() and dataset == 'events' and is_anything_limited() -%}
        {{ touch_old_days() }};
        {{ forget_old_contacts() }};
    {%- endif -%}
    {%- if is_incremental() and retention_days(retention_class_of(dataset)) -%}
        {{ make_stubs_where(is_row_too_old(dataset, this.identifier)) }}
    {%- endif -%}
{%- endmacro %}

{#- The models after the delivered events do again the days that lose something, and those
    that owe them something. -#}
{% macro touch_old_days() -%}
    {%- set touched = relation_of('int_visitor_days__touched') -%}
    {%- set completed = relation_of('int_batches__completed') -%}
    {%- if touched and completed -%}
        insert into {{ touched }} (visitor_id, activity_date, touched_at)
        with

        valid as (

            select * from {{ this }}
            where invalid_reason is null

        ),

        old as (

            select * from valid
            where
                {{ is_row_too_old('events', 'valid') }}
                or (
                    profile_key is not null
                    and {{ is_too_old('contact', 'valid.occurred_at') }}
                )

        ),

        old_ids as (

            select {{ fast_hash(['source', 'event_id']) }} as event_hash
            from old

        ),

        old_keys as (

            select {{ fast_hash(['source', 'business_key']) }} as key_hash
            from valid
            where
                business_key is not null
                and {{ fast_hash(['source', 'event_id']) }} in (
                    select event_hash from old_ids
                )

        ),

        days as (

            select visitor_id, activity_date from old
            union distinct
            select visitor_id, activity_date from valid
            where
                {{ fast_hash(['source', 'event_id']) }} in (
                    select event_hash from old_ids
                )
                or {{ fast_hash(['source', 'business_key']) }} in (
                    select key_hash from old_keys
                )

        )

        select visitor_id, activity_date, {{ earliest_pending_time() }} from days
        union all
        select visitor_id, {{ days_after('activity_date', 1) }},
            {{ earliest_pending_time() }}
        from days
    {%- endif -%}
{%- endmacro %}

{#- A time of touching that is pending, but not later than what arrived since: that is not
    to be taken for older. -#}
{% macro earliest_pending_time() -%}
    greatest(
        (
            select {{ seconds_after('max(completed.touched_at)', 0.000001) }}
            from {{ relation_of('int_batches__completed') }} as completed
        ),
        (
            select max(touched.touched_at)
            from {{ relation_of('int_visitor_days__touched') }} as touched
        )
    )
{%- endmacro %}

{% macro forget_old_contacts() -%}
    {%- if retention_days('contact') -%}
        update {{ this }}
        set profile_key = null
        where
            profile_key is not null
            and {{ is_too_old('contact', 'coalesce(occurred_at, received_at)') }}
    {%- endif -%}
{%- endmacro %}

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

{% macro is_anything_limited() -%}
    {%- for class in retention_classes() if retention_days(class) -%}
        {{ return(true) }}
    {%- endfor -%}
    {{ return(false) }}
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

{#- Pre-hook of what was first said of sessions. -#}
{% macro forget_old_sessions() -%}
    {%- if is_incremental() and retention_days('behaviour') -%}
        delete from {{ this }}
        where {{ is_too_old('behaviour', 'started_at') }}
    {%- endif -%}
{%- endmacro %}
